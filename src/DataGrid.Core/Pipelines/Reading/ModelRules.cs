using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Core.Pipelines.Drafts;

namespace DataGrid.Core.Pipelines.Reading;

/// <summary>Which settings of a model go together, as far as its header alone tells.</summary>
internal static class ModelRules
{
    public static void Check(ReadContext context, ObjectReader header, ModelDraft model)
    {
        var kind = model.Materialization.Value;
        switch (kind)
        {
            case Materialization.View:
                const string nothingStored = "A view stores nothing. Remove the setting, or make it materialize: table.";
                foreach (var key in (string[])["keys", "partition_by"])
                    if (header.Has(key)) context.Error(header.KeySpot(key), $"a view cannot have '{key}'", nothingStored);
                break;
            case Materialization.Merge when model.Keys.IsEmpty && !header.Has("keys"):
                context.Error(model.Materialization.Spot, "materialize: merge needs 'keys'", "Name the columns that identify a row: keys: [flight_id].");
                break;
        }
        foreach (var key in (string[])["incremental", "per_batch"])
        {
            if (header.Has(key) && kind != Materialization.Append)
            {
                context.Error(header.KeySpot(key), $"'{key}' is for materialize: append; this model is {Word(kind)}",
                    "Remove the setting, or make it materialize: append.");
            }
        }
        if (model.Name.Name.Length > Contracts.Datasets.DatasetName.MaxPartLength - Contracts.Datasets.DatasetName.QuarantineSuffix.Length
            && model.Checks.Any(static check => check.Otherwise.Value == CheckAction.Quarantine))
        {
            context.Error(new Spot(1, 1), $"the name '{model.Name.Name}' leaves no room for its quarantine, which adds {Contracts.Datasets.DatasetName.QuarantineSuffix}",
                "Shorten the file's name.", ErrorCodes.NameInvalid);
        }
        foreach (var check in model.Checks) CheckAllowed(context, model, check);
    }

    private static void CheckAllowed(ReadContext context, ModelDraft model, CheckDraft check)
    {
        if (check.Otherwise.Value is not (CheckAction.Drop or CheckAction.Quarantine)) return;
        var action = check.Otherwise.Value == CheckAction.Drop ? "drop" : "quarantine";
        if (check.IsTableCheck)
        {
            context.Error(check.Otherwise.Spot, $"'{check.Name.Value}' looks at the whole table, so it cannot {action} rows", "Write otherwise: warn or otherwise: fail.",
                ErrorCodes.CheckInvalid);
        }
        else if (model.Materialization.Value == Materialization.View)
        {
            context.Error(check.Otherwise.Spot, $"a view stores nothing, so a check of it cannot {action} rows",
                "Write otherwise: warn or otherwise: fail, or make the model materialize: table.", ErrorCodes.CheckInvalid);
        }
    }

    private static string Word(Materialization kind) => kind switch
    {
        Materialization.Append => "append",
        Materialization.Merge => "merge",
        Materialization.View => "view",
        _ => "table",
    };
}
