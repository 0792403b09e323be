import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { chart, helm, kind, merge, needed, render, renderText } from './chart.mjs';
import { mistakes } from './types.mjs';

const everything = merge(needed, {
  image: { tag: '1.2.3', pullSecrets: ['pull'] },
  store: { existingSecret: 'store-keys', env: { AWS_REGION: 'eu-central-1' } },
  tls: { existingSecret: 'silo-tls' },
  worker: { slots: 4, memory: '2GB', threads: 4, scratch: { storageClass: 'fast' } },
  autoscaling: { enabled: true, prometheus: 'http://prometheus.monitoring:9090' },
  serviceAccount: { annotations: { 'example.com/role': 'datagrid' } },
  networkPolicy: { metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] },
  telemetry: { otlpEndpoint: 'http://jaeger-collector:4318', podMonitor: { enabled: true, labels: { release: 'prometheus' } } },
  nodeSelector: { pool: 'data' }, tolerations: [{ key: 'data', operator: 'Exists' }], priorityClassName: 'high',
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'arch', operator: 'In', values: ['amd64'] }] }] } } },
  podAnnotations: { a: 'b' }, podLabels: { team: 'data' },
});
const cases = { needed, everything, hpa: merge(needed, { autoscaling: { enabled: true, kind: 'hpa' } }), open: merge({ image: needed.image, metadata: needed.metadata, store: { existingClaim: 'lake' } }, { networkPolicy: { enabled: false }, serviceAccount: { create: false, name: 'given' } }) };

for (const [name, values] of Object.entries(cases)) {
  test(`what "${name}" renders is valid for Kubernetes`, async () => assert.deepEqual(await mistakes(render(values)), []));
}

test('the check finds a member that does not exist, a wrong type and a missing member', async () => {
  const objects = render(needed);
  const [deployment] = kind(objects, 'Deployment');
  deployment.spec.template.spec.containers[0].readynessProbe = { httpGet: { path: '/', port: 1 } };
  assert.match((await mistakes(objects)).join('\n'), /readynessProbe/);
  delete deployment.spec.template.spec.containers[0].readynessProbe;
  deployment.spec.replicas = 'three';
  assert.match((await mistakes(objects)).join('\n'), /replicas/);
  deployment.spec.replicas = 3;
  delete deployment.spec.selector;
  assert.match((await mistakes(objects)).join('\n'), /selector/);
});

test('lint has nothing to say', () => {
  const output = helm('lint', chart, '--strict', '--set', 'image.repository=r,metadata.existingSecret=m,store.url=s3://b');
  assert.match(output, /0 chart\(s\) failed/);
});

for (const missing of [['image', 'repository'], ['metadata', 'existingSecret'], ['store', 'url']]) {
  test(`without ${missing.join('.')} the chart says what it needs`, () => {
    const values = structuredClone(needed);
    values[missing[0]][missing[1]] = '';
    assert.throws(() => renderText(values), error => error.stderr.includes(missing.join('.')) && error.stderr.includes('is needed'));
  });
}

test('a misspelt value is refused', () => assert.throws(() => renderText(merge(needed, { replica: 5 })), error => /replica/.test(error.stderr)));

test('a secret among the plain values is refused', () =>
  assert.throws(() => renderText(merge(needed, { store: { env: { AWS_SECRET_ACCESS_KEY: 'x' } } })), error => /AWS_SECRET_ACCESS_KEY|propertyNames|not/.test(error.stderr)));

test('no secret is rendered, only names of secrets', () => {
  for (const values of Object.values(cases)) assert.deepEqual(kind(render(values), 'Secret'), []);
});

test('the names of the values file and of its schema are the same', () => {
  const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'));
  const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8'));
  const compare = (value, declared, path) => {
    if (!declared?.properties) return;
    assert.deepEqual(Object.keys(value).sort(), Object.keys(declared.properties).filter(key => key !== 'global').sort(), path);
    for (const key of Object.keys(value)) compare(value[key], declared.properties[key], `${path}.${key}`);
  };
  compare(values, schema, 'values');
});

test('a silo has longer to stop than it takes to drain', () => {
  const [deployment] = kind(render(merge(needed, { shutdown: { drainSeconds: 300 } })), 'Deployment');
  assert.equal(deployment.spec.template.spec.terminationGracePeriodSeconds, 330);
});

test('pods run with the least rights', () => {
  for (const values of Object.values(cases)) {
    const objects = render(values);
    const pod = kind(objects, 'Deployment')[0].spec.template.spec;
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(pod.securityContext.runAsNonRoot, true);
    for (const container of pod.containers) {
      assert.equal(container.securityContext.readOnlyRootFilesystem, true);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(container.securityContext.capabilities.drop, ['ALL']);
    }
    assert.deepEqual(objects.filter(object => /Role/.test(object.kind)), []);
  }
});

test('every selector selects the silos that the deployment makes', () => {
  const objects = render(everything);
  const labels = kind(objects, 'Deployment')[0].spec.template.metadata.labels;
  const selectors = [
    kind(objects, 'Deployment')[0].spec.selector, kind(objects, 'PodDisruptionBudget')[0].spec.selector,
    kind(objects, 'NetworkPolicy')[0].spec.podSelector, kind(objects, 'PodMonitor')[0].spec.selector,
    ...kind(objects, 'Deployment')[0].spec.template.spec.topologySpreadConstraints.map(spread => spread.labelSelector),
  ];
  for (const selector of selectors) for (const [key, value] of Object.entries(selector.matchLabels)) assert.equal(labels[key], value);
});

test('ports that are named exist', () => {
  const objects = render(everything);
  const ports = kind(objects, 'Deployment')[0].spec.template.spec.containers[0].ports.map(port => port.name);
  for (const rule of kind(objects, 'NetworkPolicy')[0].spec.ingress) for (const { port } of rule.ports) assert.ok(ports.includes(port), port);
  for (const endpoint of kind(objects, 'PodMonitor')[0].spec.podMetricsEndpoints) assert.ok(ports.includes(endpoint.port), endpoint.port);
});

test('volumes that are mounted exist, and the other way round', () => {
  for (const values of Object.values(cases)) {
    const pod = kind(render(values), 'Deployment')[0].spec.template.spec;
    assert.deepEqual(pod.containers[0].volumeMounts.map(mount => mount.name).sort(), pod.volumes.map(volume => volume.name).sort());
  }
});

test('autoscaling owns the number of silos', () => {
  assert.equal(kind(render(everything), 'Deployment')[0].spec.replicas, undefined);
  assert.equal(kind(render(needed), 'Deployment')[0].spec.replicas, 3);
});

test('a changed configuration replaces the silos', () => {
  const hash = values => kind(render(values), 'Deployment')[0].spec.template.metadata.annotations['datagrid/config'];
  assert.notEqual(hash(needed), hash(merge(needed, { worker: { slots: 7 } })));
  assert.notEqual(hash(needed), hash(merge(needed, { config: { more: 1 } })));
  assert.equal(hash(needed), hash(merge(needed, { podLabels: { a: 'b' } })));
});

test('what silos are configured with is what silos accept', () => {
  const schema = JSON.parse(readFileSync(join(chart, '..', '..', 'docs', 'silo.schema.json'), 'utf8'));
  const validate = new Ajv({ strict: false }).compile(schema);
  for (const values of Object.values(cases)) {
    const silo = parse(kind(render(values), 'ConfigMap')[0].data['silo.yaml']);
    assert.ok(validate(silo), JSON.stringify(validate.errors));
    assert.equal(silo.advertise.split(':').pop(), silo.listen.split(':').pop());
  }
  assert.equal(validate({ cluster: 'x', root: 'y', metadata: 'z', clutser: 1 }), false);
});
