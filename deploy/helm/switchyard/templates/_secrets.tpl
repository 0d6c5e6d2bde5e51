{{/* Secrets are mounted as files, below one directory, and named to the program by X_FILE. */}}

{{/* Name of the Secret with the connection string. The hook Job has a copy of its own, since hooks run before the rest of a release is there. */}}
{{- define "switchyard.databaseSecret" -}}
{{- if .Values.database.existingSecret }}{{ .Values.database.existingSecret }}
{{- else if .Values.database.url }}{{ include "switchyard.fullname" . }}-database
{{- else }}{{ fail "database.existingSecret (or database.url, for trials) is needed" }}
{{- end -}}
{{- end }}

{{- define "switchyard.databaseKey" -}}
{{- if .Values.database.existingSecret }}{{ .Values.database.key }}{{ else }}url{{ end -}}
{{- end }}

{{- define "switchyard.authSecret" -}}
{{- .Values.auth.existingSecret | default (printf "%s-auth" (include "switchyard.fullname" .)) -}}
{{- end }}

{{/* The keys of the Secret that the chart makes, with their values, as YAML. */}}
{{- define "switchyard.authValues" -}}
{{- $values := .Values.auth.values -}}
{{- $keys := dict "tokens" $values.tokens "service-token" $values.serviceToken "runner-token" $values.runnerToken "pipeline-worker-token" $values.pipelineWorkerToken "smoke-test-token" $values.smokeTestToken -}}
{{- range $key, $value := $keys }}{{ if $value }}
{{ $key }}: {{ $value | quote }}
{{- end }}{{ end -}}
{{- end }}

{{/* "true" where a key of the Secret with tokens is there: of (dict "root" $ "key" key). With an existing Secret, all keys have to be. */}}
{{- define "switchyard.hasAuth" -}}
{{- if or .root.Values.auth.existingSecret (hasKey (include "switchyard.authValues" .root | fromYaml) .key) }}true{{ end -}}
{{- end }}

{{/* Which keys of the Secret with tokens a component reads, as YAML: key to variable. */}}
{{- define "switchyard.authKeys" -}}
{{- if .component.grpc }}
tokens: SWITCHYARD_TOKENS
{{- if or (has .name (list "runner-gateway" "log-store")) (eq (include "switchyard.checksTokens" .) "true") }}
service-token: SWITCHYARD_SERVICE_TOKEN
{{- end }}
{{- else if eq .name "http-gateway" }}
service-token: SWITCHYARD_SERVICE_TOKEN
{{- else if eq .name "runner" }}
runner-token: RUNNER_TOKEN
{{- else }}
pipeline-worker-token: PIPELINE_WORKER_TOKEN
{{- end }}
{{- end }}

{{/* Keys of the Secret with a component's own secrets (http-gateway, pipeline-worker), as a YAML list. */}}
{{- define "switchyard.ownSecretKeys" -}}
{{- $secrets := .values.secrets | default dict -}}
{{- if $secrets.existingSecret }}{{ toYaml $secrets.keys }}{{ else }}{{ keys ($secrets.values | default dict) | sortAlpha | toYaml }}{{ end -}}
{{- end }}

{{- define "switchyard.ownSecret" -}}
{{- .values.secrets.existingSecret | default (printf "%s-%s" (include "switchyard.fullname" .root) .name) -}}
{{- end }}

{{/* Name of the Secret with a component's certificate. */}}
{{- define "switchyard.tlsSecret" -}}
{{- $tls := .root.Values.tls -}}
{{- if $tls.certManager.enabled }}{{ include "switchyard.fullname" .root }}-{{ .name }}-tls
{{- else }}{{ required "tls.existingSecret or tls.certManager is needed where tls is enabled" $tls.existingSecret }}
{{- end -}}
{{- end }}

{{- define "switchyard.secretMetadata" -}}
name: {{ include "switchyard.fullname" .root }}-{{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "switchyard.labels" .root | nindent 2 }}
{{- end }}

{{/* Changes with the Secrets that the chart makes. */}}
{{- define "switchyard.secretsDigest" -}}
{{- $v := .Values -}}
{{- list $v.database $v.auth $v.httpGateway.secrets $v.pipelineWorker.secrets | toJson | sha256sum | trunc 16 -}}
{{- end }}
