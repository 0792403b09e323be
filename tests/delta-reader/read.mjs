// Reads the newest version of a Delta table in a local folder and prints its rows as sorted JSON lines, one object a row, keys in the schema's order.
//   node read.mjs <table folder>
import { readRows } from './rows.mjs';

try {
  for (const line of (await readRows(process.argv[2])).map(row => JSON.stringify(row)).sort()) console.log(line);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
