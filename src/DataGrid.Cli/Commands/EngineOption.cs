using System.CommandLine;
using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Engine.Sessions;

namespace DataGrid.Cli.Commands;

/// <summary><c>--memory</c> and <c>--threads</c>: how much of the machine the engine may take.</summary>
internal static class EngineOption
{
    public static Option<string?> CreateMemory() => new("--memory")
    {
        Description = "Memory for the engine, for example 512MB or 8GB; what does not fit is spilled to disk [default: 60 % of what there is]",
        HelpName = "SIZE",
    };

    public static Option<int?> CreateThreads() => new("--threads") { Description = "Threads for the engine [default: one a processor]", HelpName = "N" };

    /// <summary>The engine's limits.</summary>
    /// <exception cref="DataGridException">One of them is not understood.</exception>
    public static EngineOptions Read(CommandContext context, Option<string?> memory, Option<int?> threads)
    {
        // A command ends soon: its tasks' instances are closed with it, not beside tasks that run, and what waits warm at the end was opened for nothing.
        var options = new EngineOptions { UsedInstances = 16, WarmInstances = 1 };
        if (context.Get(memory) is { } size) options = options with { MemoryBytes = ParseBytes(size) };
        if (context.Get(threads) is { } count) options = options with { Threads = count };
        return options;
    }

    internal static long ParseBytes(string text)
    {
        var digits = text.TakeWhile(static c => char.IsAsciiDigit(c) || c == '.').Count();
        long? unit = text[digits..].Trim().ToUpperInvariant() switch
        {
            "MB" or "M" => 1_000_000,
            "GB" or "G" => 1_000_000_000,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            _ => null,
        };
        if (unit is { } factor && double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return (long)(amount * factor);
        throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = $"'{text}' is not a size", Help = "write for example 512MB or 8GB" });
    }
}
