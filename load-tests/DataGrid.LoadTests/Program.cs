using DataGrid.LoadTests;

return await BenchCommand.RunAsync(args).ConfigureAwait(false);
