{{/* Mounts and volumes of a component, in the same order: of (dict "root" $ "name" name "component" component "values" values). */}}
{{- define "switchyard.volumeMounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .component.grpc }}
- { name: database, mountPath: /etc/switchyard/database, readOnly: true }
{{- end }}
{{- if include "switchyard.authItems" . }}
- { name: auth, mountPath: /etc/switchyard/auth, readOnly: true }
{{- end }}
{{- if .root.Values.tls.enabled }}
- { name: tls, mountPath: /etc/switchyard/tls, readOnly: true }
{{- end }}
{{- if include "switchyard.ownSecretKeys" . | fromYamlArray }}
- { name: secrets, mountPath: /etc/switchyard/secrets, readOnly: true }
{{- end }}
{{- if eq .name "scheduler" }}
{{- if .values.shards.databases.existingSecret }}
- { name: shard-databases, mountPath: /etc/switchyard/shard-databases, readOnly: true }
{{- end }}
{{- else if eq .name "catalog" }}
{{- if ne .values.artifacts.store "s3" }}
- { name: artifacts, mountPath: /var/lib/switchyard/artifacts }
{{- else if .values.artifacts.s3.existingSecret }}
- { name: s3, mountPath: /etc/switchyard/s3, readOnly: true }
{{- end }}
{{- else if eq .name "http-gateway" }}
{{- if .values.tls.existingSecret }}
- { name: http-tls, mountPath: /etc/switchyard/http-tls, readOnly: true }
{{- end }}
{{- else if eq .name "runner" }}
- { name: work, mountPath: /work }
{{- if .values.executors }}
- { name: executors, mountPath: /etc/switchyard/executors, readOnly: true }
{{- end }}
{{- if and .values.kubernetesExecutor.enabled .values.kubernetesExecutor.podTemplate }}
- { name: pod-template, mountPath: /etc/switchyard/pod-template, readOnly: true }
{{- end }}
{{- end }}
{{- end }}

{{- define "switchyard.volumes" -}}
- name: tmp
  emptyDir: {}
{{- if .component.grpc }}
- name: database
  secret:
    secretName: {{ include "switchyard.databaseSecret" .root }}
    items: [{ key: {{ include "switchyard.databaseKey" .root }}, path: url }]
{{- end }}
{{- with include "switchyard.authItems" . }}
- name: auth
  secret:
    secretName: {{ include "switchyard.authSecret" $.root }}
    items:
      {{- . | trim | nindent 6 }}
{{- end }}
{{- if .root.Values.tls.enabled }}
- name: tls
  secret:
    secretName: {{ include "switchyard.tlsSecret" . }}
    items: [{ key: tls.crt, path: tls.crt }, { key: tls.key, path: tls.key }, { key: ca.crt, path: ca.crt }]
{{- end }}
{{- with include "switchyard.ownSecretKeys" . | fromYamlArray }}
- name: secrets
  secret:
    secretName: {{ include "switchyard.ownSecret" $ }}
    items:
      {{- range . }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- end }}
{{- if eq .name "scheduler" }}
{{- with .values.shards.databases }}
{{- if .existingSecret }}
- name: shard-databases
  secret:
    secretName: {{ .existingSecret }}
    items: [{ key: {{ .key }}, path: databases }]
{{- end }}
{{- end }}
{{- else if eq .name "catalog" }}
{{- if ne .values.artifacts.store "s3" }}
- name: artifacts
  persistentVolumeClaim:
    claimName: {{ .values.artifacts.volume.existingClaim | default (printf "%s-artifacts" (include "switchyard.fullname" .root)) }}
{{- else if .values.artifacts.s3.existingSecret }}
- name: s3
  secret:
    secretName: {{ .values.artifacts.s3.existingSecret }}
    items: [{ key: credentials, path: credentials }]
{{- end }}
{{- else if eq .name "http-gateway" }}
{{- if .values.tls.existingSecret }}
- name: http-tls
  secret:
    secretName: {{ .values.tls.existingSecret }}
    items: [{ key: tls.crt, path: tls.crt }, { key: tls.key, path: tls.key }]
{{- end }}
{{- else if eq .name "runner" }}
- name: work
  emptyDir:
    sizeLimit: {{ .values.workDirSize }}
{{- if .values.executors }}
- name: executors
  configMap:
    name: {{ include "switchyard.fullname" .root }}-executors
    items: [{ key: executors.yaml, path: executors.yaml }]
{{- end }}
{{- if and .values.kubernetesExecutor.enabled .values.kubernetesExecutor.podTemplate }}
- name: pod-template
  configMap:
    name: {{ include "switchyard.fullname" .root }}-pod-template
    items: [{ key: pod-template.yaml, path: pod-template.yaml }]
{{- end }}
{{- end }}
{{- end }}

{{/* Items of the volume with tokens; empty where a component reads none. */}}
{{- define "switchyard.authItems" -}}
{{- $root := .root -}}
{{- range $key, $_ := include "switchyard.authKeys" . | fromYaml }}
{{- if eq (include "switchyard.hasAuth" (dict "root" $root "key" $key)) "true" }}
- { key: {{ $key }}, path: {{ $key }} }
{{- end }}
{{- end -}}
{{- end }}
