using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using DataGrid.Contracts.Telemetry;

namespace DataGrid.Silo.Telemetry;

/// <summary>Adds up what meters measure and writes it in Prometheus' text format.</summary>
internal sealed class MetricsText : IDisposable
{
    /// <summary>Different sets of labels that one instrument may have; measurements with further ones are left out, so that a mistake cannot fill the memory.</summary>
    private const int MostSeries = 1000;

    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> _instruments = new();

    /// <summary>Listens from now on: what was counted before is not told.</summary>
    public MetricsText()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name is DataGridTelemetry.SourceName or DataGridTelemetry.RuntimeSourceName or "System.Runtime") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The text.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (instrument, series) in _instruments.OrderBy(static pair => pair.Key.Name, StringComparer.Ordinal))
        {
            var (name, type) = NameOf(instrument);
            if (instrument.Description is { } help) text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
            foreach (var (labels, one) in series.OrderBy(static pair => pair.Key, StringComparer.Ordinal)) one.Write(text, name, labels);
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = _instruments.GetOrAdd(instrument, static _ => new ConcurrentDictionary<string, Series>(StringComparer.Ordinal));
        var labels = LabelsOf(tags);
        if (!all.TryGetValue(labels, out var series))
        {
            if (all.Count >= MostSeries) return;
            series = all.GetOrAdd(labels, _ => IsHistogram(instrument) ? new Distribution() : IsSum(instrument) ? new Sum() : new Last());
        }
        series.Note(value);
    }

    private static bool IsHistogram(Instrument instrument) => Kind(instrument).StartsWith("Histogram", StringComparison.Ordinal);

    private static bool IsSum(Instrument instrument) => !instrument.IsObservable && Kind(instrument) is var kind && (kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("UpDownCounter", StringComparison.Ordinal));

    private static string Kind(Instrument instrument) => instrument.GetType().Name;

    private static (string Name, string Type) NameOf(Instrument instrument)
    {
        var name = new StringBuilder(instrument.Name.Length + 16);
        foreach (var c in instrument.Name) name.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        if (instrument.Unit is "s") name.Append("_seconds");
        if (instrument.Unit is "By" && !instrument.Name.EndsWith("bytes", StringComparison.Ordinal)) name.Append("_bytes");
        if (IsHistogram(instrument)) return (name.ToString(), "histogram");
        var grows = Kind(instrument) is var kind && (kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal));
        return grows ? (name.Append("_total").ToString(), "counter") : (name.ToString(), "gauge");
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
            labels[string.Concat(key.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_'))] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return string.Join(',', labels.Select(static label => $"{label.Key}=\"{label.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\""));
    }

    private abstract class Series
    {
        public abstract void Note(double value);

        public abstract void Write(StringBuilder text, string name, string labels);

        protected static void Line(StringBuilder text, string name, string labels, double value) =>
            text.Append(name).Append(labels.Length > 0 ? $"{{{labels}}}" : "").Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private sealed class Sum : Series
    {
        private readonly Lock _gate = new();
        private double _value;

        public override void Note(double value)
        {
            lock (_gate) _value += value;
        }

        public override void Write(StringBuilder text, string name, string labels) => Line(text, name, labels, _value);
    }

    private sealed class Last : Series
    {
        private double _value;

        public override void Note(double value) => Volatile.Write(ref _value, value);

        public override void Write(StringBuilder text, string name, string labels) => Line(text, name, labels, Volatile.Read(ref _value));
    }

    private sealed class Distribution : Series
    {
        private readonly Lock _gate = new();
        private readonly long[] _counts = new long[Bounds.Length + 1];
        private double _sum;

        public override void Note(double value)
        {
            var place = 0;
            while (place < Bounds.Length && value > Bounds[place]) place++;
            lock (_gate)
            {
                _counts[place]++;
                _sum += value;
            }
        }

        public override void Write(StringBuilder text, string name, string labels)
        {
            var comma = labels.Length > 0 ? "," : "";
            lock (_gate)
            {
                long upTo = 0;
                for (var place = 0; place <= Bounds.Length; place++)
                    Line(text, $"{name}_bucket", $"{labels}{comma}le=\"{(place < Bounds.Length ? Bounds[place].ToString("R", CultureInfo.InvariantCulture) : "+Inf")}\"", upTo += _counts[place]);
                Line(text, $"{name}_sum", labels, _sum);
                Line(text, $"{name}_count", labels, upTo);
            }
        }
    }
}
