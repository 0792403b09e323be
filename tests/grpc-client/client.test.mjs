import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import http2 from "node:http2";
import grpc from "@grpc/grpc-js";
import { address, all, ask, credentials, dataGrid, described, faultOf, healthClient, olderReflectionClient, reflectionClient, services, unary } from "./clients.mjs";

const project = {
  "datagrid.yaml": "pipeline: books\nsources:\n  raw.sales:\n    files: sales.csv\n",
  "sales.csv": "id,title,price\n1,ä,10\n2,b,20\n3,c,-5\n",
  "models/silver/sales.sql": '/* datagrid\nexpect:\n  - { name: positive, that: "price > 0", otherwise: quarantine }\n*/\nselect * from raw.sales\n',
  "models/gold/total.sql": "select sum(price) as total, count(*) as sales from silver.sales\n",
};
const files = (named) => ({ files: Object.fromEntries(Object.entries(named).map(([name, text]) => [name, Buffer.from(text)])) });
const endless = "select count(*) from range(1000000000) a, range(1000000000) b where a.range <> b.range";

let api;
let run;

before(async () => {
  api = dataGrid();
  const submitted = await unary(api.jobs, "SubmitProject", { files: files(project) });
  assert.deepEqual(submitted.datasets, ["silver.sales", "gold.total"]);
  assert.ok(submitted.is_new);
  run = (await unary(api.jobs, "StartRun", { pipeline: "books" })).run;
});

after(() => api?.close());

test("A watched run tells its story in order and then how it stands", async () => {
  const told = await all(api.jobs.WatchRun({ run }));
  const events = told.filter((message) => message.news === "event").map((message) => message.event);
  assert.deepEqual(events.map((event) => event.sequence), events.map((_, index) => index + 1));
  assert.equal(events[0].kind, "run_started");
  const end = told.at(-1);
  assert.equal(end.news, "end");
  assert.equal(end.end.status, "RUN_STATUS_SUCCEEDED");
  assert.equal(end.end.rows_quarantined, 1);
  assert.deepEqual(end.end.steps.map((step) => step.status), ["STEP_STATUS_PUBLISHED", "STEP_STATUS_PUBLISHED"]);
  const resumed = await all(api.jobs.WatchRun({ run, after: events.at(-2).sequence }));
  assert.deepEqual(resumed.filter((message) => message.news === "event").map((message) => message.event.sequence), [events.at(-1).sequence]);
});

test("A query streams rows with all their letters and then its columns", async () => {
  await all(api.jobs.WatchRun({ run }));
  const told = await all(api.query.Run({ sql: "select * from silver.sales where price >= cast($least as bigint) order by id", parameters: { least: "10" } }));
  const rows = told.filter((message) => message.part === "rows").flatMap((message) => message.rows.json.map(JSON.parse));
  assert.deepEqual(rows, [{ id: 1, title: "ä", price: 10 }, { id: 2, title: "b", price: 20 }]);
  const { end } = told.at(-1);
  assert.equal(end.row_count, 2);
  assert.deepEqual(end.columns.map((column) => column.name), ["id", "title", "price"]);
});

test("A long result comes in many messages, whole rows each, and as a file in pieces", async () => {
  const told = await all(api.query.Run({ sql: "select range as n, 'text of row ' || range as t from range(200000)" }));
  const parts = told.filter((message) => message.part === "rows");
  assert.ok(parts.length > 5);
  let next = 0;
  for (const part of parts) for (const row of part.rows.json) assert.equal(JSON.parse(row).n, next++);
  assert.equal(next, 200000);
  const file = Buffer.concat((await all(api.query.Run({ sql: "from range(200000)", format: "RESULT_FORMAT_PARQUET" }))).filter((message) => message.part === "data").map((message) => message.data));
  assert.equal(file.subarray(0, 4).toString(), "PAR1");
  assert.equal(file.subarray(-4).toString(), "PAR1");
});

test("Datasets, versions and lineage are there", async () => {
  await all(api.jobs.WatchRun({ run }));
  const { datasets } = await unary(api.datasets, "ListDatasets", { pipeline: "books", kind: "DATASET_KIND_TABLE" });
  assert.deepEqual(datasets.map((dataset) => dataset.name), ["gold.total", "silver.sales"]);
  const first = await unary(api.datasets, "ListDatasets", { page: { limit: 1 } });
  assert.equal(first.datasets.length, 1);
  const second = await unary(api.datasets, "ListDatasets", { page: { limit: 1, cursor: first.next_cursor } });
  assert.notEqual(second.datasets[0].name, first.datasets[0].name);
  const detail = await unary(api.datasets, "GetDataset", { dataset: "silver.sales" });
  assert.deepEqual(detail.checks.map((check) => [check.name, check.failed_rows]), [["positive", 1]]);
  const { versions } = await unary(api.datasets, "ListVersions", { dataset: "gold.total" });
  assert.equal(versions.at(-1).version, 0);
  const graph = await unary(api.lineage, "Walk", { target: "gold.total.total" });
  assert.ok(graph.edges.some((edge) => edge.from === "silver.sales.price" && edge.kind === "aggregation" && edge.is_direct));
  const impact = await unary(api.lineage, "Impact", { target: "raw.sales.price" });
  assert.ok(impact.datasets.some((dataset) => dataset.dataset === "gold.total" && dataset.values.includes("total")));
});

test("A mistake in a project tells its code, file and line", async () => {
  const wrong = { ...project, "models/gold/total.sql": "select\n  sum(prise) as total\nfrom silver.sales\n" };
  const fault = await faultOf(unary(api.jobs, "SubmitProject", { files: files(wrong) }));
  assert.equal(fault.code, grpc.status.INVALID_ARGUMENT);
  assert.deepEqual(fault.metadata.get("datagrid-code"), ["column_unknown"]);
  const [details] = fault.metadata.get("grpc-status-details-bin");
  for (const text of ["models/gold/total.sql", "COLUMN_UNKNOWN", "type.googleapis.com/datagrid.v1.Problem", "type.googleapis.com/google.rpc.ErrorInfo"]) assert.ok(details.includes(text), text);
  assert.match(fault.details, /prise/);
});

test("Letters that a header cannot hold arrive in the message of a fault", async () => {
  const fault = await faultOf(unary(api.datasets, "GetDataset", { dataset: "gold.größe%41" }));
  assert.equal(fault.code, grpc.status.INVALID_ARGUMENT);
  assert.match(fault.details, /größe%41/);
});

test("What is not there is NOT_FOUND, with the nearest name", async () => {
  await all(api.jobs.WatchRun({ run }));
  const fault = await faultOf(unary(api.datasets, "GetDataset", { dataset: "gold.totals" }));
  assert.equal(fault.code, grpc.status.NOT_FOUND);
  assert.match(fault.details, /gold\.total\?/);
  assert.equal((await faultOf(unary(api.jobs, "GetRun", { run: "20200101-000000-00000000" }))).code, grpc.status.NOT_FOUND);
});

test("A query that fails on its way ends with a status after the rows that were sent", async () => {
  const seen = [];
  const fault = await faultOf((async () => {
    for await (const message of api.query.Run({ sql: "select case when range = 3000000 then error('here') else range end as n from range(4000000)" })) seen.push(message);
  })());
  assert.ok(fault.code > 0);
  assert.ok(seen.every((message) => message.part === "rows"));
});

test("A deadline stops the work", async () => {
  const fault = await faultOf(all(api.query.Run({ sql: endless }, { deadline: Date.now() + 300 })));
  assert.equal(fault.code, grpc.status.DEADLINE_EXCEEDED);
});

test("The server itself ends a call at its deadline, and says so", async () => {
  // A client that sends a deadline and does not look at its own clock.
  const told = await raw("/datagrid.v1.Query/Run", { "grpc-timeout": "200m" }, frame(message(1, endless)));
  assert.equal(told.trailers["grpc-status"], String(grpc.status.DEADLINE_EXCEEDED));
  assert.equal(told.trailers["datagrid-code"], "deadline_exceeded");
  assert.equal((await raw("/datagrid.v1.Query/Run", { "grpc-timeout": "1x" }, frame(message(1, endless)))).trailers["grpc-status"], String(grpc.status.INVALID_ARGUMENT));
});

test("A cancelled call stops its query and leaves its place to others", async () => {
  for (let round = 0; round < 20; round++) {
    const call = api.query.Run({ sql: endless });
    const ended = faultOf(all(call));
    setTimeout(() => call.cancel(), 20);
    assert.equal((await ended).code, grpc.status.CANCELLED);
  }
  const told = await all(api.query.Run({ sql: "select 1 as n" }));
  assert.equal(told.at(-1).end.row_count, 1);
});

test("A call that is sent again with its key starts no second run", async () => {
  const metadata = { "idempotency-key": `again-${run}` };
  const first = await unary(api.jobs, "StartRun", { pipeline: "books" }, { metadata });
  const second = await unary(api.jobs, "StartRun", { pipeline: "books" }, { metadata });
  assert.equal(second.run, first.run);
  const fault = await faultOf(unary(api.jobs, "StartRun", { pipeline: "books", full_refresh: true }, { metadata }));
  assert.equal(fault.code, grpc.status.FAILED_PRECONDITION);
  assert.equal(fault.metadata.get("datagrid-code")[0], "idempotency_mismatch");
  await all(api.jobs.WatchRun({ run: first.run }));
});

test("Reflection lists the services, by its name and by its older one", async () => {
  for (const client of [reflectionClient(), olderReflectionClient()]) {
    const answer = await ask(client, { list_services: "" });
    assert.deepEqual(answer.list_services_response.service.map((service) => service.name).sort(), [
      "datagrid.v1.Datasets", "datagrid.v1.Jobs", "datagrid.v1.Lineage", "datagrid.v1.Query", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
    ]);
    assert.equal((await ask(client, { file_containing_symbol: "no.such" })).error_response.error_code, grpc.status.NOT_FOUND);
    assert.equal((await ask(client, { file_by_filename: "datagrid/v1/jobs.proto" })).message_response, "file_descriptor_response");
    client.close();
  }
});

test("What the server says of itself is what its .proto files say", async () => {
  const found = await described();
  for (const service of services) assert.deepEqual(found[service], Object.keys(api[service.toLowerCase()].constructor.service).sort());
});

test("Health is told once and watched", async () => {
  const health = healthClient();
  assert.equal((await unary(health, "Check", { service: "" })).status, "SERVING");
  assert.equal((await unary(health, "Check", { service: "datagrid.v1.Jobs" })).status, "SERVING");
  assert.equal((await faultOf(unary(health, "Check", { service: "no.such" }))).code, grpc.status.NOT_FOUND);
  for (const [service, status] of [["", "SERVING"], ["no.such", "SERVICE_UNKNOWN"]]) {
    const call = health.Watch({ service });
    const told = await new Promise((resolve) => call.once("data", resolve));
    assert.equal(told.status, status);
    call.on("error", () => {});
    call.cancel();
  }
  health.close();
});

test("What the server does not have is UNIMPLEMENTED", async () => {
  const client = new grpc.Client(address, credentials);
  const call = (path) => new Promise((resolve) => client.makeUnaryRequest(path, (sent) => sent, (told) => told, Buffer.alloc(0), resolve));
  assert.equal((await call("/datagrid.v1.Jobs/Fly")).code, grpc.status.UNIMPLEMENTED);
  assert.equal((await call("/no.such.Service/Do")).code, grpc.status.UNIMPLEMENTED);
  client.close();
});

test("Packed messages are refused, and what is taken is told", async () => {
  for (const [headers, packed] of [[{ "grpc-encoding": "gzip" }, 1], [{}, 1]]) {
    const told = await raw("/datagrid.v1.Jobs/GetRun", headers, frame(message(1, run), packed));
    assert.equal(told.headers[":status"], 200);
    assert.equal(told.trailers["grpc-status"], String(grpc.status.UNIMPLEMENTED));
    assert.equal(told.headers["grpc-accept-encoding"], "identity");
  }
});

test("Frames that are wrong end the call alone", async () => {
  const expect = async (body, status) => assert.equal((await raw("/datagrid.v1.Jobs/GetRun", {}, body)).trailers["grpc-status"], String(status));
  await expect(Buffer.alloc(0), grpc.status.INVALID_ARGUMENT);
  await expect(Buffer.from([0, 0, 0]), grpc.status.INVALID_ARGUMENT);
  await expect(Buffer.from([0, 0, 0, 0, 9, 1]), grpc.status.INVALID_ARGUMENT);
  await expect(Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]), grpc.status.RESOURCE_EXHAUSTED);
  await expect(frame(Buffer.from([0x0a, 0xff, 0xff])), grpc.status.INVALID_ARGUMENT);
  await expect(Buffer.concat([frame(message(1, run)), frame(message(1, run))]), grpc.status.INVALID_ARGUMENT);
  await expect(frame(message(1, run)), grpc.status.OK);
});

test("A body of another kind gets a status of HTTP", async () => {
  assert.equal((await raw("/datagrid.v1.Jobs/GetRun", { "content-type": "application/json" }, Buffer.from("{}"))).headers[":status"], 415);
  assert.equal((await raw("/datagrid.v1.Jobs/GetRun", { "content-type": "application/grpc-web" }, Buffer.from("{}"))).headers[":status"], 415);
});

test("REST answers on the same port, by HTTP/1.1 and by HTTP/2", async () => {
  const answer = await fetch(`http://${address}/api/v1/runs/${run}`);
  assert.equal((await answer.json()).run, run);
  assert.equal((await raw(`/api/v1/runs/${run}`, { ":method": "GET" })).headers[":status"], 200);
});

test("Many calls at once get their own answers", async () => {
  const told = await Promise.all(Array.from({ length: 500 }, () => unary(api.jobs, "GetRun", { run })));
  assert.ok(told.every((found) => found.run === run));
});

/** A request of HTTP/2 as bytes. */
function raw(path, headers, body) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://${address}`);
    session.on("error", reject);
    const request = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", ...headers });
    const told = { headers: {}, trailers: {} };
    request.on("response", (found) => {
      told.headers = found;
      if ("grpc-status" in found) told.trailers = found;
    });
    request.on("trailers", (found) => (told.trailers = found));
    request.on("error", reject);
    request.on("close", () => {
      session.close();
      resolve(told);
    });
    request.resume();
    request.end(body);
  });
}

function frame(content, packed = 0) {
  const prefix = Buffer.alloc(5);
  prefix[0] = packed;
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

function message(field, text) {
  const content = Buffer.from(text);
  assert.ok(content.length < 128);
  return Buffer.concat([Buffer.from([(field << 3) | 2, content.length]), content]);
}
