// Checks rendered objects against published types: required members and types by the models' own validators, and members that
// do not exist by TypeScript, which refuses an unknown member in a literal at any depth.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import ts from 'typescript';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));

function moduleOf(apiVersion) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  if (group === 'keda.sh') return `@kubernetes-models/keda/${group}/${version}`;
  if (group === 'monitoring.coreos.com') return `@kubernetes-models/prometheus-operator/${group}/${version}`;
  return group === '' ? `kubernetes-models/${version}` : `kubernetes-models/${group}/${version}`;
}

// Some of the packages are for import only and some, which hold folders without an export list, for require only.
const load = async name => { try { return await import(name); } catch { return require(name); } };

export async function mistakes(objects) {
  const found = [];
  for (const object of objects) {
    const name = `${object.kind} ${object.metadata?.name}`;
    const model = (await load(moduleOf(object.apiVersion)))[object.kind];
    if (!model) { found.push(`${name}: there is no ${object.kind} in ${object.apiVersion}`); continue; }
    try { new model(object).validate(); } catch (error) { found.push(`${name}: ${error.message}`); }
  }
  return [...found, ...unknownMembers(objects)];
}

function unknownMembers(objects) {
  const folder = mkdtempSync(join(here, 'node_modules', '.check-'));
  try {
    const file = join(folder, 'objects.ts');
    const imports = [...new Set(objects.map(o => `import type { I${o.kind} as ${alias(o)} } from ${JSON.stringify(moduleOf(o.apiVersion))};`))];
    const values = objects.map((o, i) => `export const object${i}: ${alias(o)} = ${JSON.stringify(o, null, 1)};`);
    writeFileSync(file, [...imports, ...values].join('\n'));
    const program = ts.createProgram([file], {
      noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
    });
    return ts.getPreEmitDiagnostics(program).map(d => ts.flattenDiagnosticMessageText(d.messageText, '\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const alias = object => `I${object.kind}_${object.apiVersion.replace(/[^a-z0-9]/gi, '_')}`;
