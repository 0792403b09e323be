using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Contracts.Json;

/// <summary>How the messages that are kept or shown are read and written, written by the compiler: finding it out by reflection takes a fifth of a small run.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(PipelineSpec))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(TaskReport))]
[JsonSerializable(typeof(VersionProvenance))]
[JsonSerializable(typeof(TableLineage))]
[JsonSerializable(typeof(DatasetCommit))]
[JsonSerializable(typeof(ImmutableArray<DatasetCommit>))]
[JsonSerializable(typeof(ImmutableArray<Problem>))]
internal sealed partial class ContractsJson : JsonSerializerContext;
