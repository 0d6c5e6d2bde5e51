{{/*
The deployables: their place in values, their ports, and whom they call. All other templates walk this list. Pods of one with peers call each other. Those that work take jobs from the
runner-gateway, and their operations port is plain HTTP always.
*/}}
{{- define "switchyard.components" -}}
scheduler: { key: scheduler, grpc: 7401, ops: 7481, calls: [], peers: true }
runner-gateway: { key: runnerGateway, grpc: 7402, ops: 7482, calls: [scheduler, log-store, catalog] }
log-store: { key: logStore, grpc: 7403, ops: 7483, calls: [scheduler] }
catalog: { key: catalog, grpc: 7404, ops: 7484, calls: [] }
http-gateway: { key: httpGateway, http: 8080, ops: 7485, calls: [scheduler, runner-gateway, log-store, catalog] }
runner: { key: runner, ops: 7486, works: true, calls: [runner-gateway] }
pipeline-worker: { key: pipelineWorker, ops: 7487, works: true, calls: [runner-gateway, catalog] }
{{- end }}

{{/* The dialects of the http-gateway: their name in paths, and in environment variables. */}}
{{- define "switchyard.dialects" -}}
taskExecutor: { name: task-executor, variable: TASK_EXECUTOR }
runpack: { name: runpack, variable: RUNPACK }
silo: { name: silo, variable: SILO }
janitor: { name: janitor, variable: JANITOR }
pipeline: { name: pipeline, variable: PIPELINE }
{{- end }}

{{/* Whether a core service asks the runner-gateway about tokens: of (dict "root" $ "name" name "component" component). */}}
{{- define "switchyard.checksTokens" -}}
{{- if and .root.Values.auth.tokenCheck .component.grpc (ne .name "runner-gateway") }}true{{ end -}}
{{- end }}

{{/* Names of the services that a component calls, as a YAML list. */}}
{{- define "switchyard.callees" -}}
{{- $calls := .component.calls -}}
{{- if .component.peers }}{{ $calls = append $calls .name }}{{ end -}}
{{- if eq (include "switchyard.checksTokens" .) "true" }}{{ $calls = append $calls "runner-gateway" }}{{ end -}}
{{- toYaml $calls -}}
{{- end }}

{{/* `host:port` of a core service: of (dict "root" $ "name" name). */}}
{{- define "switchyard.address" -}}
{{- $component := get (include "switchyard.components" .root | fromYaml) .name -}}
{{- $given := get .root.Values.addresses $component.key -}}
{{- if $given }}{{ $given }}
{{- else if (get .root.Values $component.key).enabled }}{{ include "switchyard.fullname" .root }}-{{ .name }}:{{ $component.grpc }}
{{- else }}{{ fail (printf "%s is called, but it is neither enabled nor does addresses.%s say where it is" .name $component.key) }}
{{- end -}}
{{- end }}

{{/* "true" where `helm test` has a pod. With a certificate of its own the main listener answers to the certificate's name and not to the Service's. */}}
{{- define "switchyard.hasSmokeTest" -}}
{{- if and .Values.smokeTest.enabled .Values.httpGateway.enabled (not .Values.httpGateway.tls.existingSecret) }}true{{ end -}}
{{- end }}

{{/* "true" where the pod before has to end before the next one can be ready: of the same dict as switchyard.podSpec. */}}
{{- define "switchyard.oneAtATime" -}}
{{- if eq (include "switchyard.keepsPool" .) "true" }}true
{{- else if and (eq .name "catalog") (eq .values.artifacts.store "volume") (ne .values.artifacts.volume.accessMode "ReadWriteMany") -}}
{{- if or (gt (int64 .values.replicas) 1) .values.autoscaling.enabled }}{{ fail "several pods of the catalog need catalog.artifacts.store=s3, or a volume with accessMode=ReadWriteMany" }}{{ end -}}
true
{{- end -}}
{{- end }}

{{/* "true" where the operations port speaks TLS: of (dict "root" $ "component" component). */}}
{{- define "switchyard.opsTls" -}}
{{- if and .root.Values.tls.enabled (eq .root.Values.tls.ops "on") (not .component.works) }}true{{ end -}}
{{- end }}

{{/* "true" where the runner keeps the managed pool of its namespace: of the same dict as switchyard.podSpec. */}}
{{- define "switchyard.keepsPool" -}}
{{- if and (eq .name "runner") (not (kindIs "invalid" .values.pool.size)) -}}
{{- if .values.keda.enabled }}{{ fail "runner.pool and runner.keda both say how many runners there are: enable one of them" }}{{ end -}}
true
{{- end -}}
{{- end }}

{{/* Pods, where nothing scales them: of the same dict. A pool has one keeper. */}}
{{- define "switchyard.replicas" -}}
{{- if eq (include "switchyard.keepsPool" .) "true" }}1{{ else }}{{ .values.replicas | int64 }}{{ end -}}
{{- end }}

{{/* Seconds for a stop: what is set, and for those that work at least half a minute above `drain`, which is how long they take themselves. */}}
{{- define "switchyard.graceSeconds" -}}
{{- $least := 0 -}}
{{- if .component.works -}}
{{- $seconds := dict "ms" 0.001 "s" 1 "m" 60 "h" 3600 "d" 86400 -}}
{{- $unit := regexFind "[a-z]+$" .values.drain -}}
{{- $least = add 30 (ceil (mulf (regexFind "^[0-9.]+" .values.drain | float64) (get $seconds $unit))) -}}
{{- end -}}
{{- max (int64 .values.terminationGracePeriodSeconds) $least -}}
{{- end }}
