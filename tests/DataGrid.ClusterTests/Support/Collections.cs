using DataGrid.Grains.Tests.Metadata.Postgres;

namespace DataGrid.ClusterTests.Support;

/// <summary>Tests that wait for deaths most of their time run beside the others, with a database that nobody kills.</summary>
[CollectionDefinition(Name)]
public sealed class KillsCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "kills";
}

/// <summary>As <see cref="KillsCollection"/>, beside it.</summary>
[CollectionDefinition(Name)]
public sealed class ZombiesCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "zombies";
}
