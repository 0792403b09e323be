using System.Text.Json.Serialization;
using DataGrid.Grains.Partitions;
using DataGrid.Grains.Pipelines;
using DataGrid.Grains.Runs;

namespace DataGrid.Grains;

/// <summary>How the grains' states are read and written, written by the compiler.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PartitionState))]
[JsonSerializable(typeof(PipelineState))]
[JsonSerializable(typeof(RunState))]
internal sealed partial class GrainStates : JsonSerializerContext;
