using System.Collections.Immutable;

namespace DataGrid.Contracts.Runs;

/// <summary>Where a task's result becomes durable. The first row of a task and generation is the winner for ever.</summary>
public interface ITaskJournal
{
    /// <summary>Makes <paramref name="report"/> the result of its task and generation unless there is one; durable when it returns.</summary>
    /// <returns>The report that counts: this one or the earlier one.</returns>
    Task<TaskReport> AcceptAsync(TaskReport report, CancellationToken cancellationToken);

    /// <summary>All accepted results of a run.</summary>
    Task<ImmutableArray<TaskReport>> ListAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Forgets a run's results. Called when the run is over.</summary>
    Task ForgetAsync(RunId run, CancellationToken cancellationToken);
}
