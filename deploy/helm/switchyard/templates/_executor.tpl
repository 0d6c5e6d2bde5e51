{{/* Runners that make Jobs: what they are told, and what they may do in the cluster. */}}

{{/* Namespace of the Jobs: of the root. */}}
{{- define "switchyard.jobsNamespace" -}}
{{- .Values.runner.kubernetesExecutor.namespace | default .Release.Namespace -}}
{{- end }}

{{/* Settings of the Kubernetes executor: of the same dict as switchyard.env. */}}
{{- define "switchyard.env.executor" -}}
{{- $executor := .values.kubernetesExecutor }}
- { name: RUNNER_PROFILE, value: kubernetes }
- { name: RUNNER_POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
- { name: RUNNER_POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
- { name: KUBERNETES_NAMESPACE, value: {{ include "switchyard.jobsNamespace" .root | quote }} }
{{- range $variable, $key := dict "IMAGES" "images" "SERVICE_ACCOUNTS" "serviceAccounts" "SECRETS" "secrets" "CONFIG_MAPS" "configMaps" "PULL_SECRETS" "pullSecrets" }}
{{- with get $executor $key }}
- { name: KUBERNETES_{{ $variable }}, value: {{ join "," . | quote }} }
{{- end }}
{{- end }}
{{- range $variable, $key := dict "DEFAULT_REQUESTS" "defaultRequests" "DEFAULT_LIMITS" "defaultLimits" "MAX_RESOURCES" "maxResources" "LABELS" "labels" "ANNOTATIONS" "annotations" }}
{{- with get $executor $key }}
- { name: KUBERNETES_{{ $variable }}, value: {{ include "switchyard.pairs" . | quote }} }
{{- end }}
{{- end }}
{{- range $variable, $key := dict "TTL" "ttl" "START_TIMEOUT" "startTimeout" "FORCE_DELETE_AFTER" "forceDeleteAfter" }}
{{- with get $executor $key }}
- { name: KUBERNETES_{{ $variable }}, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- if $executor.podTemplate }}
- { name: KUBERNETES_POD_TEMPLATE_PATH, value: /etc/switchyard/pod-template/pod-template.yaml }
{{- end }}
{{- end }}

{{/* A map as `name=value,name=value`. */}}
{{- define "switchyard.pairs" -}}
{{- $pairs := list -}}
{{- range $name, $value := . }}{{ $pairs = append $pairs (printf "%s=%s" $name (include "switchyard.text" $value | trimAll "\"")) }}{{ end -}}
{{- join "," $pairs -}}
{{- end }}

{{/* A Role for the runner and its binding: of (dict "root" $ "name" suffix "namespace" namespace "rules" YAML). */}}
{{- define "switchyard.runnerRole" -}}
{{- $name := printf "%s-%s" (include "switchyard.fullname" .root) .name -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  namespace: {{ .namespace }}
  labels:
    {{- include "switchyard.labels" .root | nindent 4 }}
    app.kubernetes.io/component: runner
rules:
  {{- toYaml .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  namespace: {{ .namespace }}
  labels:
    {{- include "switchyard.labels" .root | nindent 4 }}
    app.kubernetes.io/component: runner
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "switchyard.serviceAccountName" (dict "root" .root "name" "runner" "values" .root.Values.runner) }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
