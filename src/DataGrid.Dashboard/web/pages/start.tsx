import { useRef, useState } from 'preact/hooks';
import type { PipelineSubmitted, RunView } from '#schema';
import { once, part, post, send } from '../api/client';
import { plural } from '../format';
import { Link, navigate } from '../router';
import { useMay } from '../session';
import { Icon } from '../ui/icons';
import { Empty, One, PageHead, Panel, Trouble } from '../ui/parts';
import { bodyOf, droppedFiles, listedFiles, type Bundle } from './start-files';

// The tutorial's project goes along with the page.
const example: Readonly<Record<string, string>> = import.meta.glob('../../../../examples/tutorial/**/*.{yaml,sql,csv}', { query: '?raw', import: 'default', eager: true });
const exampleFolder = 'examples/tutorial/';

function exampleFiles(): Record<string, string> {
  return Object.fromEntries(Object.entries(example).map(([path, text]) => [path.slice(path.indexOf(exampleFolder) + exampleFolder.length), text]));
}

export default function StartPage() {
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>();
  const [made, setMade] = useState<PipelineSubmitted>();
  const mayStart = useMay('editor');
  const attempt = async (what: string, act: () => Promise<void>) => {
    setBusy(what);
    setProblem(undefined);
    try {
      await act();
    } catch (fault) {
      setProblem(fault);
    }
    setBusy(null);
  };
  const run = async (pipeline: string) => navigate(`/runs/${part((await post<RunView>(`pipelines/${part(pipeline)}/runs`, undefined, once())).run)}`);
  const runExample = () => attempt('Running the example', async () => run((await post<PipelineSubmitted>('pipelines', { files: exampleFiles() }, once())).pipeline));
  const submit = (bundle: Promise<Bundle>) => attempt('Sending the project', async () => {
    const body = bodyOf(await bundle);
    setMade((await (await send('pipelines', { method: 'POST', form: body, headers: once() })).json()) as PipelineSubmitted);
  });
  if (!mayStart) return <><PageHead title="New pipeline" /><div class="panel"><Empty icon="key" title="You may look, not submit">Ask for a key with the role editor.</Empty></div></>;
  return (
    <>
      <PageHead title="New pipeline" crumbs={<Link to="/pipelines">Pipelines</Link>} />
      <p class="hidden-text" role="status">{busy ?? ''}</p>
      {problem !== undefined && <Trouble problem={problem} />}
      {made && <Submitted made={made} busy={busy !== null} onRun={() => attempt('Starting the run', () => run(made.pipeline))} />}
      <div class="choices">
        <section class="panel choice">
          <h2>See it work</h2>
          <p class="muted">A coffee bar's till writes one CSV a day. Three models make clean orders, the takings of each day and the best sellers; one row will be held back by a check.</p>
          <div><button type="button" class="primary" disabled={busy !== null} onClick={runExample}>{busy === 'Running the example' ? <span class="spinner" /> : <Icon name="play" size={14} />}Run the example</button></div>
        </section>
        <section class="panel choice">
          <h2>Your own project</h2>
          <p class="muted">A folder with <code>datagrid.yaml</code> and SQL files under <code>models/</code>, or a zip of it. Small data goes along; larger data lies in a folder that the server offers with <code>--data</code>.</p>
          <Drop busy={busy === 'Sending the project'} onBundle={submit} />
        </section>
        <Write busy={busy !== null} onFiles={(files) => attempt('Sending the project', async () => setMade(await post<PipelineSubmitted>('pipelines', { files }, once())))} />
        <section class="panel choice">
          <h2>From a shell</h2>
          <pre tabIndex={0}>{`zip -r - datagrid.yaml models data |\n  curl ${location.origin}/api/v1/pipelines \\\n  -H 'Content-Type: application/zip' --data-binary @-`}</pre>
          <p class="muted">All of the API is <Link to="/api/docs">described here</Link>, where it can be tried.</p>
        </section>
      </div>
    </>
  );
}

function Submitted({ made, busy, onRun }: { made: PipelineSubmitted; busy: boolean; onRun: () => void }) {
  return (
    <Panel title={<>Submitted: <Link to={`/pipelines/${part(made.pipeline)}`}>{made.pipeline}</Link></>} note={made.isNew ? 'a new version' : 'nothing changed'} actions={<button type="button" class="primary" disabled={busy} onClick={onRun}><Icon name="play" size={14} />Run it now</button>}>
      <div class="body">
        <p>It makes {plural(made.datasets.length, 'dataset')}:</p>
        <div class="tags">{made.datasets.map((name) => <span key={name} class="tag">{name}</span>)}</div>
        {(made.warnings ?? []).map((warning) => <One key={warning.message} code={warning.code} message={warning.message} place={warning.position?.file ?? null} excerpt={warning.excerpt} help={warning.help} />)}
      </div>
    </Panel>
  );
}

function Drop({ busy, onBundle }: { busy: boolean; onBundle: (bundle: Promise<Bundle>) => void }) {
  const [over, setOver] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  const archive = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer) onBundle(droppedFiles(event.dataTransfer));
  };
  const chosen = (input: HTMLInputElement) => {
    if (input.files && input.files.length > 0) onBundle(Promise.resolve(listedFiles([...input.files])));
    input.value = '';
  };
  return (
    <div class={over ? 'drop over' : 'drop'} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
      {busy ? <span class="spinner" /> : <Icon name="folder" size={26} />}
      <span>Drop a folder or a zip here</span>
      <div class="actions">
        <button type="button" disabled={busy} onClick={() => folder.current?.click()}>Choose a folder</button>
        <button type="button" disabled={busy} onClick={() => archive.current?.click()}>Choose a zip</button>
      </div>
      <input ref={(input) => { folder.current = input; input?.setAttribute('webkitdirectory', ''); }} type="file" multiple hidden aria-label="A project's folder" onChange={(event) => chosen(event.currentTarget)} />
      <input ref={archive} type="file" accept=".zip,application/zip" hidden aria-label="A project as zip" onChange={(event) => chosen(event.currentTarget)} />
    </div>
  );
}

function Write({ busy, onFiles }: { busy: boolean; onFiles: (files: Record<string, string>) => void }) {
  const [name, setName] = useState('first');
  const [dataset, setDataset] = useState('gold.numbers');
  const [sql, setSql] = useState("/* datagrid\nexpect:\n  - { unique: [number] }\n*/\nselect i as number, i * i as square\nfrom range(1, 101) as numbers(i)\n");
  const submit = (event: Event) => {
    event.preventDefault();
    onFiles({ 'datagrid.yaml': `pipeline: ${name.trim()}\n`, [`models/${dataset.trim().replaceAll('.', '/')}.sql`]: sql });
  };
  return (
    <form class="panel choice" onSubmit={submit}>
      <h2>Write one here</h2>
      <div class="fields">
        <label>Pipeline<input value={name} required onInput={(event) => setName(event.currentTarget.value)} /></label>
        <label>Dataset<input value={dataset} required pattern="[a-z0-9_]+\.[a-z0-9_]+" title="namespace.name" onInput={(event) => setDataset(event.currentTarget.value)} /></label>
      </div>
      <label>Its SQL<textarea class="mono" rows={7} spellcheck={false} value={sql} onInput={(event) => setSql(event.currentTarget.value)} /></label>
      <div><button type="submit" disabled={busy}>Submit</button></div>
    </form>
  );
}
