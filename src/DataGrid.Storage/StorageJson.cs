using System.Text.Json;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Runs;

namespace DataGrid.Storage;

/// <summary>How this project's own documents are read and written, written by the compiler.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PublishPlan))]
[JsonSerializable(typeof(PinnedRun))]
[JsonSerializable(typeof(PublishedSpec))]
[JsonSerializable(typeof(IncrementalCursor))]
internal sealed partial class StorageDocuments : JsonSerializerContext;

/// <summary>The options that all documents of this project are read and written with.</summary>
internal static class StorageJson
{
    public static JsonSerializerOptions Options { get; } = DataGridJson.With(StorageDocuments.Default);
}
