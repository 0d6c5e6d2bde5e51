{{/* Parts of a pod that all have, the Jobs too: of (dict "root" $ "tolerations" more of them). */}}
{{- define "switchyard.podCommon" -}}
{{- $v := .root.Values -}}
{{- with $v.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
enableServiceLinks: false
securityContext:
  {{- toYaml $v.pod.securityContext | nindent 2 }}
{{- with $v.pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $v.pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat $v.pod.tolerations (.tolerations | default list) }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The pod of a component: of (dict "root" $ "name" name "component" component "values" values). */}}
{{- define "switchyard.podSpec" -}}
{{- $v := .root.Values -}}
{{- $values := .values -}}
{{- include "switchyard.podCommon" (dict "root" .root "tolerations" (include "switchyard.tolerations" . | fromYamlArray)) | trim }}
serviceAccountName: {{ include "switchyard.serviceAccountName" . }}
automountServiceAccountToken: {{ ($values.kubernetesExecutor | default dict).enabled | default false }}
terminationGracePeriodSeconds: {{ include "switchyard.graceSeconds" . }}
{{- if .component.works }}
# Orphans of jobs are collected by the pause process.
shareProcessNamespace: true
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- if $values.topologySpreadConstraints }}
  {{- toYaml $values.topologySpreadConstraints | nindent 2 }}
  {{- else }}
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "switchyard.componentSelector" $ | nindent 8 }}
  {{- end }}
  {{- end }}
containers:
  - name: {{ .name }}
    image: {{ include "switchyard.image" (dict "root" .root "repository" $values.imageRepository) | quote }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args: [{{ .name }}]
    env:
      {{- include "switchyard.env" . | trim | nindent 6 }}
    ports:
      {{- include "switchyard.ports" . | trim | nindent 6 }}
    {{- include "switchyard.probes" . | trim | nindent 4 }}
    resources:
      {{- toYaml $values.resources | nindent 6 }}
    securityContext:
      {{- toYaml $v.pod.containerSecurityContext | nindent 6 }}
    volumeMounts:
      {{- include "switchyard.volumeMounts" . | nindent 6 }}
volumes:
  {{- include "switchyard.volumes" . | nindent 2 }}
{{- end }}

{{/* Ports of a component's container; its Service has the same names. */}}
{{- define "switchyard.ports" -}}
{{- with .component.grpc }}
- { name: grpc, containerPort: {{ . }}, protocol: TCP }
{{- end }}
{{- with .component.http }}
- { name: http, containerPort: {{ . }}, protocol: TCP }
{{- end }}
- { name: ops, containerPort: {{ .component.ops }}, protocol: TCP }
{{- if eq .name "http-gateway" }}
{{- $dialects := .values.dialects }}
{{- range $key, $dialect := include "switchyard.dialects" .root | fromYaml }}
{{- with (get $dialects $key).port }}
- { name: {{ $dialect.name }}, containerPort: {{ . | int64 }}, protocol: TCP }
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The operations port answers probes. It opens when the service has started, so the start has a probe of its own and two minutes: a scheduler
loads its open jobs meanwhile. A runner is ready when it takes jobs. Both ports of a core service answer `grpc.health.v1` as well, for load balancers that ask for it.
*/}}
{{- define "switchyard.probes" -}}
{{- $scheme := ternary "HTTPS" "HTTP" (eq (include "switchyard.opsTls" .) "true") -}}
startupProbe:
  httpGet: { path: /livez, port: ops, scheme: {{ $scheme }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: ops, scheme: {{ $scheme }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: ops, scheme: {{ $scheme }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
{{- end }}

{{/* A scheduler does not wait for a lost node to come back for the usual five minutes: its shards have gone to the others. A fence keeps the old one from writing. */}}
{{- define "switchyard.tolerations" -}}
{{- if eq .name "scheduler" }}
- { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 20 }
- { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 20 }
{{- else }}[]
{{- end }}
{{- end }}
