using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using Microsoft.Extensions.Logging;

namespace DataGrid.Grains.Runs;

/// <summary>What a stage does because silos die: takes up what stands in the journal, and offers again what a dispatcher has lost.</summary>
public sealed partial class StageGrain
{
    /// <summary>Goes on with a stage that may have begun elsewhere.</summary>
    private async Task TakeUp(StageSpec spec)
    {
        // A report may come meanwhile; the journal has one answer for it too.
        foreach (var report in await journal.ListAsync(Run, CancellationToken.None))
            if (report.Result.Task.Stage == Stage && report.Generation == spec.Generation) _winners.TryAdd(report.Result.Task.Number, report);
        if (_generation != spec.Generation || _end is not null) return;
        if (_winners.Count == spec.Tasks.Length) await End(problem: null, checks: []);
        else await OfferMissing();
    }

    /// <summary>Offers the tasks that the dispatcher does not know: it began anew, or an offer got lost.</summary>
    private async Task OfferMissing()
    {
        if (_spec is not { } spec || _end is not null || _isCancelled) return;
        var known = await Dispatch.Know(Run, Stage);
        if (_end is not null || _isCancelled || _generation != spec.Generation) return;
        var missing = OfferRepair.Missing(spec.Tasks.Length, _winners.ContainsKey, _pausing.Contains, known);
        if (missing.IsEmpty) return;
        // A run that is over has taken its tasks back; whether this stage has heard of that or not.
        if (await RunGrain.Get() is null or { IsTerminal: true })
        {
            await End(Cancelled(), []);
            return;
        }
        foreach (var number in missing)
        {
            OfferedAgain(logger, spec.Tasks[number].Task);
            await Dispatch.Offer(OfferOf(spec.Tasks[number]));
        }
    }

    /// <summary>A report came before this activation was told of its stage. Its run starts the stage again within moments, unless it is over.</summary>
    /// <returns>Whether the stage is known now; false when the run is over.</returns>
    /// <exception cref="DataGridException">The run goes on, and has not started the stage here: the worker reports again.</exception>
    private async Task<bool> IsHeardOf()
    {
        await Task.WhenAny(_heard.Task, Task.Delay(options.ReportWait, clock));
        if (_generation > 0) return true;
        if (await RunGrain.Get() is null or { IsTerminal: true }) return false;
        throw new DataGridException(new Problem { Code = ErrorCodes.StoreUnavailable, Message = $"{Stage} of run {Run} has not been started here yet", Help = "report again", Dataset = Stage.ToString() });
    }

    /// <summary>A stage that has failed takes its other attempts back; what is not told to stop ends in vain.</summary>
    private async Task TryWithdraw()
    {
        try
        {
            await Dispatch.Withdraw(Run, Stage);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            NotWithdrawn(logger, Run, Stage, fault);
        }
    }

    [LoggerMessage(EventId = 6006, Level = LogLevel.Information, Message = "The dispatcher does not know {Task}: it is offered again")]
    private static partial void OfferedAgain(ILogger logger, TaskId task);

    [LoggerMessage(EventId = 6007, Level = LogLevel.Warning, Message = "Attempts of {Stage} in run {Run} could not be told to stop")]
    private static partial void NotWithdrawn(ILogger logger, Contracts.RunId run, Contracts.Datasets.DatasetName stage, Exception fault);
}
