using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.Metadata;
using Orleans;

namespace DataGrid.Silo.Telemetry;

/// <summary>Whether a silo takes work, and what of that which it depends on answers. Nothing here holds a secret.</summary>
/// <param name="Ready">Whether it takes work.</param>
/// <param name="Why">Why it takes none, in words; null when it does.</param>
/// <param name="Dependencies">What it depends on; empty while it starts or stops.</param>
internal sealed record ReadinessReport(bool Ready, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Why, ImmutableArray<DependencyReport> Dependencies);

/// <summary>One thing that a silo depends on.</summary>
/// <param name="Name"><c>metadata</c>, <c>grains</c> or <c>store</c>.</param>
/// <param name="Ready">Whether it answers.</param>
/// <param name="Message">One sentence without a full stop.</param>
internal sealed record DependencyReport(string Name, bool Ready, string Message);

/// <summary>Looks at what a silo depends on: each with a limit of its own and all at once, so that a probe of an orchestrator always gets its answer in time.</summary>
internal sealed class Readiness
{
    private readonly MetadataHealth? _metadata;
    private readonly IGrainFactory _grains;
    private readonly WorkspaceId _workspace;
    private readonly CachedProbe _store;
    private readonly CachedProbe _dispatch;

    public Readiness(WorkspaceId workspace, IGrainFactory grains, MetadataHealth? metadata, IObjectStore store, TelemetryOptions options, TimeProvider clock)
    {
        (_workspace, _grains, _metadata) = (workspace, grains, metadata);
        _store = new CachedProbe(token => LookAsync(store, workspace, token), options.StoreProbeEvery, options.ProbeTimeout, clock);
        _dispatch = new CachedProbe(_ => AskGrainsAsync(), TimeSpan.Zero, options.ProbeTimeout, clock);
    }

    /// <summary>Looks.</summary>
    public async Task<ReadinessReport> LookAsync()
    {
        var (grains, store) = (_dispatch.LookAsync(), _store.LookAsync());
        var found = ImmutableArray.CreateBuilder<DependencyReport>();
        if (_metadata is { } metadata) found.Add(new DependencyReport("metadata", metadata.IsAvailable, metadata.Description));
        found.Add(new DependencyReport("grains", await grains is null, await grains ?? "grains answer"));
        found.Add(new DependencyReport("store", await store is null, await store ?? "the store answers"));
        var missing = found.Where(static each => !each.Ready).Select(static each => each.Message).ToArray();
        return new ReadinessReport(missing.Length == 0, missing.Length == 0 ? null : string.Join("; ", missing), found.DrainToImmutable());
    }

    /// <summary>The dispatcher answers only when grains do, and with them the metadata.</summary>
    private async Task AskGrainsAsync() => await _grains.GetGrain<IDispatchGrain>(GrainKeys.Workspace(_workspace)).Heartbeat("readiness", [], []);

    /// <summary>The cheapest request that a store cannot answer when it is away, closed to this silo, or another than was meant: whether an object is there that never is.</summary>
    private static async Task LookAsync(IObjectStore store, WorkspaceId workspace, CancellationToken cancellationToken)
    {
        var nothing = ObjectPath.Parse($"{workspace}/_ready");
        await store.StatAsync(nothing, cancellationToken);
        // A folder whose volume is gone answers as an empty one does.
        if (store.LocalPath(nothing) is { } file && !Directory.Exists(Path.GetDirectoryName(Path.GetDirectoryName(file))))
            throw new ObjectStoreException(StoreFault.NotFound, $"{store.Description} is gone", null);
    }
}
