{{/*
What can be reached from outside, for Ingress and HTTPRoute alike: of (dict "root" $ "settings" .Values.ingress or .Values.gateway).
YAML: object name suffix to {host, paths: [{path, type}]}.
*/}}
{{- define "switchyard.exposure" -}}
{{- $settings := .settings -}}
{{- $dialects := .root.Values.httpGateway.dialects -}}
{{- if and $settings.host (or $settings.pages $settings.rpc) }}
http:
  host: {{ $settings.host }}
  paths:
    {{- if $settings.pages }}
    - { path: /, type: Exact }
    - { path: /docs, type: Prefix }
    {{- end }}
    {{- if $settings.rpc }}
    - { path: /rpc, type: Prefix }
    {{- end }}
{{- end }}
{{- range $key, $dialect := include "switchyard.dialects" .root | fromYaml }}
{{- $values := get $dialects $key }}
{{- if and $settings.host $values.prefix }}
{{ $dialect.name }}:
  host: {{ $settings.host }}
  paths: [{ path: /{{ $dialect.name }}, type: Prefix }]
{{- end }}
{{- if $values.host }}
{{ $dialect.name }}-host:
  host: {{ $values.host }}
  paths: [{ path: /, type: Prefix }]
{{- end }}
{{- end }}
{{- end }}
