// What somebody drops or chooses, as what the API takes: a zip, or each file of a project with its name below the project's folder.

export type Bundle = { readonly zip: Blob } | { readonly files: ReadonlyMap<string, File> };

const Manifest = 'datagrid.yaml';
// Of a project's folder these are not the project.
const Skipped = /(^|\/)(\.[^/]*|node_modules|artifacts)(\/|$)/;

export function listedFiles(files: ReadonlyArray<File>): Bundle {
  if (files.length === 1 && isZip(files[0]!)) return { zip: files[0]! };
  return bundleOf(new Map(files.map((file) => [file.webkitRelativePath || file.name, file])));
}

export async function droppedFiles(dropped: DataTransfer): Promise<Bundle> {
  // The entries must be taken before anything is waited for.
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = new Map<string, File>();
  for (const entry of entries) await collect(entry, '', files);
  const only = [...files.values()];
  if (only.length === 1 && isZip(only[0]!)) return { zip: only[0]! };
  return bundleOf(files);
}

export function bodyOf(bundle: Bundle): Blob | FormData {
  if ('zip' in bundle) return new Blob([bundle.zip], { type: 'application/zip' });
  const form = new FormData();
  for (const [name, file] of bundle.files) form.append('file', file, name);
  return form;
}

const isZip = (file: File): boolean => file.name.endsWith('.zip') || file.type === 'application/zip';

async function collect(entry: FileSystemEntry, folder: string, files: Map<string, File>): Promise<void> {
  const path = folder ? `${folder}/${entry.name}` : entry.name;
  if (Skipped.test(path)) return;
  if (entry.isFile) {
    files.set(path, await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A folder is read in parts; an empty one is the end.
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return;
    for (const child of some) await collect(child, path, files);
  }
}

/** Names below the folder that holds datagrid.yaml; the outermost, where there are several. */
function bundleOf(files: ReadonlyMap<string, File>): Bundle {
  const kept = [...files].filter(([path]) => !Skipped.test(path));
  const manifest = kept.map(([path]) => path).filter((path) => path === Manifest || path.endsWith(`/${Manifest}`)).sort((a, b) => a.length - b.length)[0];
  if (manifest === undefined) throw new Error(`there is no ${Manifest} in what you chose: choose the project's folder`);
  const root = manifest.slice(0, -Manifest.length);
  return { files: new Map(kept.filter(([path]) => path.startsWith(root)).map(([path, file]) => [path.slice(root.length), file])) };
}
