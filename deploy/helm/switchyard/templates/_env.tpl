{{/* The environment of a component: of (dict "root" $ "name" name "component" component "values" values). */}}
{{- define "switchyard.env" -}}
{{- $root := .root -}}
{{- $v := $root.Values -}}
{{- $context := . -}}
- { name: LOG_LEVEL, value: {{ $v.logLevel | quote }} }
- { name: OPS_LISTEN, value: "0.0.0.0:{{ .component.ops }}" }
{{- if not .component.works }}
- { name: STOP_PROPAGATION, value: {{ $v.stopPropagation | quote }} }
{{- end }}
{{- with .component.grpc }}
- { name: GRPC_LISTEN, value: "0.0.0.0:{{ . }}" }
- { name: DATABASE_URL_FILE, value: /etc/switchyard/database/url }
- { name: MIGRATE_AT_START, value: {{ ternary "on" "off" (eq $v.migration.mode "none") | quote }} }
{{- range $name, $limit := dict "CALLS_IN_FLIGHT" $v.limits.callsInFlight "CALLS_PER_SECOND" $v.limits.callsPerSecond }}
{{- if and $limit (not (hasKey $context.values.config $name)) }}
- { name: {{ $name }}, value: {{ $limit | int64 | quote }} }
{{- end }}
{{- end }}
{{- end }}
{{- range $key, $variable := include "switchyard.authKeys" . | fromYaml }}
{{- if eq (include "switchyard.hasAuth" (dict "root" $root "key" $key)) "true" }}
- { name: {{ $variable }}_FILE, value: /etc/switchyard/auth/{{ $key }} }
{{- end }}
{{- end }}
{{- range .component.calls }}
- { name: {{ . | upper | replace "-" "_" }}_ADDRESS, value: {{ include "switchyard.address" (dict "root" $root "name" .) | quote }} }
{{- end }}
{{- if eq (include "switchyard.checksTokens" .) "true" }}
- { name: TOKEN_CHECK_ADDRESS, value: {{ include "switchyard.address" (dict "root" $root "name" "runner-gateway") | quote }} }
{{- end }}
{{- if $v.tls.enabled }}
- { name: TLS_CERT_PATH, value: /etc/switchyard/tls/tls.crt }
- { name: TLS_KEY_PATH, value: /etc/switchyard/tls/tls.key }
- { name: TLS_CA_PATH, value: /etc/switchyard/tls/ca.crt }
- { name: TLS_RELOAD_INTERVAL, value: {{ $v.tls.reloadInterval | quote }} }
{{- if .component.grpc }}
- { name: TLS_CLIENT_AUTH, value: {{ $v.tls.clientAuth | quote }} }
{{- end }}
{{- if not .component.works }}
- { name: OPS_TLS, value: {{ $v.tls.ops | quote }} }
{{- end }}
{{- with $v.tls.serverName }}
- { name: TLS_SERVER_NAME, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- with $v.telemetry.otlpEndpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
- { name: OTEL_SERVICE_NAME, value: {{ $context.name | quote }} }
{{- with $v.telemetry.sampler }}
- { name: OTEL_TRACES_SAMPLER, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- if eq .name "scheduler" }}{{ include "switchyard.env.scheduler" . }}
{{- else if eq .name "catalog" }}{{ include "switchyard.env.catalog" . }}
{{- else if eq .name "http-gateway" }}{{ include "switchyard.env.httpGateway" . }}
{{- else if eq .name "runner" }}
- { name: RUNNER_NAMESPACE, value: {{ .values.namespace | quote }} }
- { name: RUNNER_SLOTS, value: {{ .values.slots | int64 | quote }} }
- { name: RUNNER_DRAIN, value: {{ .values.drain | quote }} }
- { name: RUNNER_WORK_DIR, value: /work }
- { name: HOME, value: /work }
{{- if eq (include "switchyard.keepsPool" .) "true" }}
- { name: RUNNER_POOL_SIZE, value: {{ .values.pool.size | int64 | quote }} }
- { name: RUNNER_POOL_NAMES, value: {{ .values.pool.names | default (printf "%s-runner-{n}" (include "switchyard.fullname" $root)) | quote }} }
{{- end }}
{{- if .values.executors }}
- { name: RUNNER_PROFILE, value: file }
- { name: RUNNER_EXECUTORS_PATH, value: /etc/switchyard/executors/executors.yaml }
{{- end }}
{{- if .values.kubernetesExecutor.enabled }}{{ include "switchyard.env.executor" . }}{{ end }}
{{- else if eq .name "pipeline-worker" }}
- { name: PIPELINE_WORKER_DRAIN, value: {{ .values.drain | quote }} }
{{- end }}
{{- range include "switchyard.ownSecretKeys" . | fromYamlArray }}
- { name: {{ . }}_FILE, value: /etc/switchyard/secrets/{{ . }} }
{{- end }}
{{- range $name, $value := .values.config }}
- { name: {{ $name }}, value: {{ include "switchyard.text" $value }} }
{{- end }}
{{- with .values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A setting as text. Helm reads numbers as floats, of which large ones would be written as 1e+06. */}}
{{- define "switchyard.text" -}}
{{- if kindIs "float64" . }}{{ if eq (floor .) . }}{{ . | int64 | quote }}{{ else }}{{ . | toString | quote }}{{ end }}{{ else }}{{ . | toString | quote }}{{ end -}}
{{- end }}

{{/* Other pods reach this one by its IP. A container that is started anew in its pod takes its shards back at once, by the pod's name. */}}
{{- define "switchyard.env.scheduler" -}}
{{- $shards := .values.shards }}
- { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
- { name: SCHEDULER_ADVERTISE_ADDRESS, value: "$(POD_IP):{{ .component.grpc }}" }
- { name: SCHEDULER_REPLICA_ID, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
- { name: SCHEDULER_SHARDS, value: {{ $shards.count | int64 | quote }} }
{{- if $shards.databases.existingSecret }}
- { name: SCHEDULER_SHARD_DATABASES_FILE, value: /etc/switchyard/shard-databases/databases }
{{- end }}
{{- end }}

{{- define "switchyard.env.catalog" -}}
{{- $artifacts := .values.artifacts -}}
{{- if eq $artifacts.store "s3" }}
- { name: CATALOG_S3_BUCKET, value: {{ required "catalog.artifacts.s3.bucket is needed" $artifacts.s3.bucket | quote }} }
{{- with $artifacts.s3.endpoint }}
- { name: CATALOG_S3_ENDPOINT, value: {{ . | quote }} }
{{- end }}
{{- with $artifacts.s3.region }}
- { name: CATALOG_S3_REGION, value: {{ . | quote }} }
{{- end }}
{{- with $artifacts.s3.prefix }}
- { name: CATALOG_S3_PREFIX, value: {{ . | quote }} }
{{- end }}
{{- if $artifacts.s3.existingSecret }}
- { name: AWS_SHARED_CREDENTIALS_FILE, value: /etc/switchyard/s3/credentials }
{{- end }}
{{- else }}
- { name: CATALOG_ARTIFACT_DIR, value: /var/lib/switchyard/artifacts }
{{- end }}
{{- end }}

{{- define "switchyard.env.httpGateway" -}}
{{- $values := .values }}
- { name: HTTP_LISTEN, value: "0.0.0.0:{{ .component.http }}" }
{{- with $values.trustProxy }}
- { name: TRUST_PROXY, value: {{ . | quote }} }
{{- end }}
{{- with $values.corsOrigins }}
- { name: HTTP_CORS_ORIGINS, value: {{ . | quote }} }
{{- end }}
{{- if $values.tls.existingSecret }}
- { name: HTTP_TLS_CERT_PATH, value: /etc/switchyard/http-tls/tls.crt }
- { name: HTTP_TLS_KEY_PATH, value: /etc/switchyard/http-tls/tls.key }
{{- end }}
{{- range $key, $dialect := include "switchyard.dialects" .root | fromYaml }}
{{- $settings := get $values.dialects $key }}
{{- with $settings.host }}
- { name: DIALECT_{{ $dialect.variable }}_HOSTNAME, value: {{ . | quote }} }
{{- end }}
{{- with $settings.port }}
- { name: DIALECT_{{ $dialect.variable }}_LISTEN, value: "0.0.0.0:{{ . | int64 }}" }
{{- end }}
{{- end }}
{{- end }}
