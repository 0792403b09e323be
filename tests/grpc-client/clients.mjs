// Clients of a server that is known by its address only: what it has is asked by reflection, with the messages that the npm packages of gRPC's own authors bring.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const require = createRequire(import.meta.url);
const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true };
const folder = (name) => dirname(require.resolve(`${name}/package.json`));

const protos = join(import.meta.dirname, "../../src/DataGrid.Gateway/Grpc/Protos");

export const services = ["Jobs", "Datasets", "Query", "Lineage"];
export const address = process.env.DATAGRID_ADDRESS;
export const credentials = grpc.credentials.createInsecure();

const protocols = {
  reflection: join(folder("@grpc/reflection"), "build/proto/grpc/reflection/v1/reflection.proto"),
  older: join(folder("@grpc/reflection"), "build/proto/grpc/reflection/v1alpha/reflection.proto"),
  health: join(folder("grpc-health-check"), "proto/health/v1/health.proto"),
};

const load = (file) => grpc.loadPackageDefinition(loader.loadSync(file, options)).grpc;

export const reflectionClient = () => new (load(protocols.reflection).reflection.v1.ServerReflection)(address, credentials);
export const olderReflectionClient = () => new (load(protocols.older).reflection.v1alpha.ServerReflection)(address, credentials);
export const healthClient = () => new (load(protocols.health).health.v1.Health)(address, credentials);

/** Asks one question by reflection. */
export function ask(client, question) {
  return new Promise((resolve, reject) => {
    const call = client.ServerReflectionInfo();
    let answer;
    call.on("data", (told) => (answer = told));
    call.on("error", reject);
    call.on("end", () => resolve(answer));
    call.write({ host: "", ...question });
    call.end();
  });
}

/** Clients of the services of datagrid.v1, made of the .proto files. */
export function dataGrid() {
  const files = ["jobs", "datasets", "query", "lineage"].map((name) => `datagrid/v1/${name}.proto`);
  const { v1 } = grpc.loadPackageDefinition(loader.loadSync(files, { ...options, includeDirs: [protos] })).datagrid;
  const made = Object.fromEntries(services.map((name) => [name.toLowerCase(), new v1[name](address, credentials)]));
  return { ...made, close: () => Object.values(made).forEach((client) => client.close()) };
}

/** The methods of datagrid.v1 by service, as the server itself describes them. */
export async function described() {
  const client = reflectionClient();
  const files = new Map();
  for (const service of services) {
    const answer = await ask(client, { file_containing_symbol: `datagrid.v1.${service}` });
    for (const file of answer.file_descriptor_response.file_descriptor_proto) files.set(file.toString("base64"), file);
  }
  client.close();
  const set = Buffer.concat([...files.values()].flatMap((file) => [Buffer.from([0x0a]), varint(file.length), file]));
  const { v1 } = grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(set, options)).datagrid;
  return Object.fromEntries(services.map((name) => [name, Object.keys(v1[name].service).sort()]));
}

/** Calls a method that has one answer. */
export function unary(client, method, request, { metadata = {}, ...rest } = {}) {
  const sent = new grpc.Metadata();
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
  return new Promise((resolve, reject) => client[method](request, sent, rest, (fault, answer) => (fault ? reject(fault) : resolve(answer))));
}

/** All messages of a stream. */
export async function all(stream) {
  const told = [];
  for await (const message of stream) told.push(message);
  return told;
}

/** The fault that a call ends with. */
export async function faultOf(work) {
  try {
    await work;
  } catch (fault) {
    return fault;
  }
  throw new Error("the call did not fail");
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
