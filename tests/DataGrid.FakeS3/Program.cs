using DataGrid.FakeS3;

// dotnet run --project tests/DataGrid.FakeS3 -- PORT BUCKET: a bucket in memory until the process is stopped, with credentials that everybody knows.
var port = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 0;
await using var server = await FakeS3Server.StartAsync(args.Length > 1 ? args[1] : "lake", port);
Console.WriteLine($"{server.Endpoint} bucket {server.Bucket}, AWS_ACCESS_KEY_ID={FakeS3Server.AccessKey} AWS_SECRET_ACCESS_KEY={FakeS3Server.SecretKey}");
await server.Stopped;
