using DataGrid.Cli;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;

PhaseTimes.Tell("main");
var profile = StartupProfile.Begin(args);
var exitCode = await CommandLine.RunAsync(args, Terminal.ForProcess(), TimeProvider.System).ConfigureAwait(false);
profile?.End(exitCode == 0);
return exitCode;
