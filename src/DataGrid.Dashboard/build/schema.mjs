// Writes the TypeScript types of the API's documents from its OpenAPI description: node schema.mjs <openapi.json> <schema.ts>
import { readFileSync, writeFileSync } from 'node:fs';

const [from, to] = process.argv.slice(2);
const schemas = JSON.parse(readFileSync(from, 'utf8')).components.schemas;

function typeOf(schema) {
  // Names of datasets are the only values whose schema says nothing.
  if (!schema || Object.keys(schema).every((key) => key === 'description')) return 'string';
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (Array.isArray(schema.type)) return [...new Set(schema.type.map((type) => typeOf({ ...schema, type })))].join(' | ');
  if (schema.type === 'array') return `ReadonlyArray<${typeOf(schema.items)}>`;
  if (schema.type === 'object') return schema.properties ? objectOf(schema) : `Readonly<Record<string, ${typeOf(schema.additionalProperties)}>>`;
  return schema.type === 'integer' ? 'number' : schema.type;
}

function objectOf(schema) {
  const members = Object.entries(schema.properties).map(([name, member]) => {
    const needed = schema.required?.includes(name) ?? false;
    // A result's rows have whatever members its columns name.
    const type = name === 'rows' && member.type === 'array' ? 'ReadonlyArray<Readonly<Record<string, unknown>>>' : typeOf(member);
    const note = member.description ? `  /** ${member.description.replaceAll('*/', '* /')} */\n` : '';
    // What is null is left out of answers.
    return `${note}  readonly ${name}${needed && !type.includes('null') ? '' : '?'}: ${type}${needed ? '' : ' | undefined'};\n`;
  });
  return `{\n${members.join('')}}`;
}

writeFileSync(to, Object.entries(schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)};\n`).join('\n'));
