using DataGrid.Cli;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;

PhaseTimes.Tell("main");
return await CommandLine.RunAsync(args, Terminal.ForProcess(), TimeProvider.System).ConfigureAwait(false);
