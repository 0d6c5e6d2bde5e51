{{- define "switchyard.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* 40 characters, so that the names of services fit behind it. */}}
{{- define "switchyard.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "switchyard.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "switchyard.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* What selects the pods of the release; of one component with "app.kubernetes.io/component" beside it. Never changed: selectors cannot be. */}}
{{- define "switchyard.selector" -}}
app.kubernetes.io/name: {{ include "switchyard.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "switchyard.labels" -}}
{{ include "switchyard.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: switchyard
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Metadata of an object of one component: of (dict "root" $ "name" name). */}}
{{- define "switchyard.componentMetadata" -}}
name: {{ include "switchyard.fullname" .root }}-{{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "switchyard.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "switchyard.componentSelector" -}}
{{ include "switchyard.selector" .root }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{/* The image: of (dict "root" $ "repository" repository), where the repository may be empty. */}}
{{- define "switchyard.image" -}}
{{- $image := .root.Values.image -}}
{{- $repository := .repository | default $image.repository -}}
{{- if $image.digest }}{{ $repository }}@{{ $image.digest }}
{{- else }}{{ $repository }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "switchyard.serviceAccountName" -}}
{{- $account := .values.serviceAccount -}}
{{- if $account.create }}{{ $account.name | default (printf "%s-%s" (include "switchyard.fullname" .root) .name) }}
{{- else }}{{ $account.name | default "default" }}
{{- end -}}
{{- end }}

{{/* The `to:` of an egress rule; no peers are everywhere. */}}
{{- define "switchyard.peers" -}}
to: {{ . | toJson }}
{{- end }}
