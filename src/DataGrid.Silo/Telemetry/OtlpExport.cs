using System.Runtime.CompilerServices;
using DataGrid.Contracts.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DataGrid.Silo.Telemetry;

/// <summary>Sends spans and metrics to an OTLP receiver. The only code that knows OpenTelemetry's libraries: a process without an endpoint never loads them.</summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;
    private readonly int _flushMilliseconds;

    private OtlpExport(TelemetryOptions options, string instance)
    {
        var resource = ResourceBuilder.CreateDefault().AddService("datagrid", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version!.ToString(3), serviceInstanceId: instance);
        var address = options.OtlpEndpoint!.TrimEnd('/');
        _flushMilliseconds = options.FlushMilliseconds;
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(DataGridTelemetry.SourceName).AddOtlpExporter(otlp => To(otlp, $"{address}/v1/traces")).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(DataGridTelemetry.SourceName, DataGridTelemetry.RuntimeSourceName)
            .AddOtlpExporter(otlp => To(otlp, $"{address}/v1/metrics")).Build();
    }

    /// <summary>Starts sending, when an endpoint is configured.</summary>
    public static IDisposable? Start(TelemetryOptions options, string instance) => string.IsNullOrEmpty(options.OtlpEndpoint) ? null : Connect(options, instance);

    /// <inheritdoc/>
    public void Dispose()
    {
        // A receiver that is away must not hold up the end of a command.
        _traces.Shutdown(_flushMilliseconds);
        _metrics.Shutdown(_flushMilliseconds);
        _traces.Dispose();
        _metrics.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OtlpExport Connect(TelemetryOptions options, string instance) => new(options, instance);

    private static void To(OtlpExporterOptions otlp, string address) => (otlp.Protocol, otlp.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri(address));
}
