// The part of OpenAPI 3.1 that the API's description uses.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | ReadonlyArray<string>;
  readonly enum?: ReadonlyArray<unknown>;
  readonly oneOf?: ReadonlyArray<Schema>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: ReadonlyArray<string>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly description?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema?: Schema;
}

export interface Body {
  readonly schema?: Schema;
  readonly example?: unknown;
}

export interface Operation {
  readonly tags?: ReadonlyArray<string>;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: ReadonlyArray<Parameter>;
  readonly requestBody?: { readonly content: Readonly<Record<string, Body>>; readonly required?: boolean };
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, Body>> }>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

const Deepest = 4;

export const exampleOf = (parameter: Parameter): string => (parameter.example === undefined ? '' : String(parameter.example));

/** A schema as a sketch of the document: members with types, and what they mean. */
export function schemaText(api: ApiDocument, schema: Schema, depth = 0): string {
  const pad = '  '.repeat(depth + 1);
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1)!;
    const target = api.components?.schemas?.[name];
    return target && (target.properties || target.enum || target.oneOf) && depth < Deepest ? schemaText(api, target, depth) : name;
  }
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.oneOf) return schema.oneOf.map((one) => schemaText(api, one, depth)).join(' | ');
  if (schema.items) return `[${schemaText(api, schema.items, depth)}]`;
  if (schema.properties) {
    const members = Object.entries(schema.properties).map(([name, member]) => `${pad}${name}: ${schemaText(api, member, depth + 1)}${member.description ? `    // ${member.description}` : ''}`);
    return `{\n${members.join('\n')}\n${'  '.repeat(depth)}}`;
  }
  if (schema.additionalProperties) return `{ …: ${schemaText(api, schema.additionalProperties, depth + 1)} }`;
  return schema.type === undefined ? 'text' : [schema.type].flat().join(' | ');
}
