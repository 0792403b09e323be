/** Hands something to whoever looks, as a file. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has taken it over when the click returns; some read it a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Lets the browser fetch something to its disk by itself; only where no key must go along. */
export function fetchToDisk(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
