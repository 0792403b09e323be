using System.Globalization;
using DataGrid.Metadata.Embedded;
using DataGrid.Metadata.State;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Metadata.CrashHost;

internal static class Program
{
    private const int Writers = 16;

    /// <summary>Writes numbers, rising per grain, and prints <c>grain number</c> once a number is acknowledged; until it is killed.</summary>
    private static async Task Main(string[] arguments)
    {
        var options = new MetadataOptions { Root = arguments[0] };
        await using var store = new MetadataStore(options, TimeProvider.System, NullLogger<MetadataStore>.Instance);
        await store.OpenAsync();
        var storage = new GrainStateStorage(new StateTable(store), options.MaxStateBytes);
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = false };
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(storage, output, writer)));
    }

    private static async Task WriteAsync(GrainStateStorage storage, StreamWriter output, int writer)
    {
        var grain = GrainId.Create("crash", string.Create(CultureInfo.InvariantCulture, $"g{writer}"));
        var state = new GrainState<Number>();
        await storage.ReadStateAsync("number", grain, state);
        while (true)
        {
            state.State = new Number { Value = (state.State?.Value ?? 0) + 1 };
            await storage.WriteStateAsync("number", grain, state);
            lock (output)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{grain} {state.State.Value}"));
                output.Flush();
            }
        }
    }

    internal sealed class Number
    {
        public int Value { get; set; }
    }
}
