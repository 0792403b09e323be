using System.Globalization;
using System.Text.Json;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Storage;

namespace DataGrid.Silo.Roots;

/// <summary>Which state a remote root belongs to.</summary>
/// <param name="State">The state's id.</param>
/// <param name="Machine">The machine that it is on.</param>
/// <param name="Folder">Its folder there.</param>
/// <param name="Since">Since when, UTC.</param>
internal sealed record RootClaimant(string State, string Machine, string Folder, DateTimeOffset Since);

/// <summary>
/// Lets one state work on a remote root: what a run has reached is known to its state alone, so another one would give its runs up. Also proves that the store knows conditional
/// writes, before anything depends on it.
/// </summary>
internal static class RootClaim
{
    private const string IdFile = "id";
    private const int Attempts = 8;

    private static readonly ObjectPath Path = ObjectPath.Parse("_datagrid/owner.json");

    /// <summary>Takes the root for a state, or finds that it has it.</summary>
    /// <exception cref="DataGridException">Another state has it.</exception>
    /// <exception cref="ObjectStoreException">The store cannot be reached or written, or replaces what it must not.</exception>
    public static async Task TakeAsync(IObjectStore store, string root, TimeProvider clock, CancellationToken cancellationToken)
    {
        var mine = new RootClaimant(IdOf(root), Environment.MachineName, root, clock.GetUtcNow());
        var content = DataGridJson.ToIndented(mine);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var outcome = await store.PutIfAbsentAsync(Path, content, cancellationToken);
            var there = await store.ReadAsync(Path, cancellationToken);
            if (there is null) continue;
            if (outcome == PutOutcome.Created && await store.PutIfAbsentAsync(Path, content, cancellationToken) == PutOutcome.Created)
                throw new ObjectStoreException(StoreFault.Unsupported, $"{store.Description} replaces what is there though it is told not to: of two writers both would win.", null) { Help = "choose a store that knows conditional writes" };
            var claimant = JsonSerializer.Deserialize<RootClaimant>(there, DataGridJson.Options);
            if (claimant?.State == mine.State) return;
            throw new DataGridException(new Problem
            {
                Code = ErrorCodes.RootOwned,
                Message = string.Create(CultureInfo.InvariantCulture, $"{store.Description} belongs to the state {claimant?.Folder} on {claimant?.Machine} since {claimant?.Since:u}"),
                Help = $"run there; or, when that state is lost and nothing runs on it, delete the object {Path} in the store and run again",
            });
        }
        throw new ObjectStoreException(StoreFault.Unavailable, $"{store.Description} did not tell whether it is taken; {Attempts} attempts were made.", null);
    }

    private static string IdOf(string root)
    {
        var file = System.IO.Path.Combine(root, IdFile);
        if (!File.Exists(file)) File.WriteAllText(file, Guid.NewGuid().ToString("N"));
        return File.ReadAllText(file).Trim();
    }
}
