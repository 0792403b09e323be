using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>A column of the result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type that the SQL gives it.</param>
/// <param name="StoredType">The type under which it is written.</param>
/// <param name="Description">What it means.</param>
internal sealed record OutputColumn(string Name, string Type, string StoredType, string? Description)
{
    /// <summary>The name in quotes.</summary>
    public string Quoted => SqlText.QuoteIdentifier(Name);

    /// <summary>The column, cast for writing.</summary>
    public string ToStored => Type == StoredType ? Quoted : $"CAST({Quoted} AS {StoredType}) AS {Quoted}";

    /// <summary>The column as read back from a written file, with the type that the checks were written for.</summary>
    public string FromStored => Type == StoredType ? Quoted : $"CAST({Quoted} AS {Type}) AS {Quoted}";
}
