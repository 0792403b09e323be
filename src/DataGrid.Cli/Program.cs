using DataGrid.Cli;
using DataGrid.Cli.Rendering;

return await CommandLine.RunAsync(args, Terminal.ForProcess(), TimeProvider.System).ConfigureAwait(false);
