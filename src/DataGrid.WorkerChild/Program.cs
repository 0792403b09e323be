using DataGrid.WorkerChild;

using var host = new ChildHost();
return host.Run();
