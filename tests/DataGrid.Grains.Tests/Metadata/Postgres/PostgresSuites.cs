namespace DataGrid.Grains.Tests.Metadata.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresGrainStateStorageTests(PostgresServer server) : GrainStateStorageSuite
{
    protected override Task<MetadataBed> OpenAsync() => PostgresBed.OpenAsync(server);
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresTaskJournalTests(PostgresServer server) : TaskJournalSuite
{
    protected override Task<MetadataBed> OpenAsync() => PostgresBed.OpenAsync(server);
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresReminderTableTests(PostgresServer server) : ReminderTableSuite
{
    protected override Task<MetadataBed> OpenAsync() => PostgresBed.OpenAsync(server);
}
