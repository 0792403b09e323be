{{- define "datagrid.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{- else -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{- end -}}
{{- end }}

{{- define "datagrid.selector" -}}
app.kubernetes.io/name: datagrid
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: silo
{{- end }}

{{- define "datagrid.labels" -}}
{{ include "datagrid.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end }}

{{- define "datagrid.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}{{ .Values.serviceAccount.name | default (include "datagrid.fullname" .) }}{{- else -}}{{ required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name }}{{- end -}}
{{- end }}

{{/* What each silo reads. Secrets are names of environment variables here; their values come from the named secrets. */}}
{{- define "datagrid.config" -}}
cluster: {{ .Values.cluster.id | default .Release.Name | quote }}
silo: "${POD_NAME}"
root: {{ include "datagrid.root" . | quote }}
listen: {{ printf "0.0.0.0:%d" (int .Values.cluster.siloPort) | quote }}
advertise: {{ printf "${POD_IP}:%d" (int .Values.cluster.siloPort) | quote }}
metadata: "${DATAGRID_METADATA}"
admin: {{ printf "0.0.0.0:%d" (int .Values.cluster.adminPort) | quote }}
log: json
limits:
  drain: {{ printf "%ds" (int .Values.shutdown.drainSeconds) | quote }}
worker:
  slots: {{ .Values.worker.slots }}
  spill: /var/lib/datagrid/spill
{{- with .Values.worker.memory }}
  memory: {{ . | quote }}
{{- end }}
{{- with .Values.worker.threads }}
  threads: {{ . }}
{{- end }}
{{- if .Values.tls.existingSecret }}
tls:
  certificate: /etc/datagrid-tls/tls.crt
  key: /etc/datagrid-tls/tls.key
  authority: /etc/datagrid-tls/ca.crt
{{- end }}
{{- end }}

{{/* An object store, or a folder that all silos mount. */}}
{{- define "datagrid.root" -}}
{{- if .Values.store.existingClaim -}}
/srv/datagrid
{{- else -}}
{{ required "store.url (s3://bucket/prefix or az://container/prefix) or store.existingClaim is needed" .Values.store.url }}
{{- end -}}
{{- end }}
