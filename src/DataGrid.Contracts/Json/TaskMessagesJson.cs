using System.Text.Json.Serialization;
using DataGrid.Contracts.Runs;

namespace DataGrid.Contracts.Json;

/// <summary>The messages between a worker and its child processes, as <see cref="DataGridJson"/> writes them, but compiled: a child starts without reflecting over types,
/// and with little of what it does not use. Both sides are of one version: a member that is left out reads as its type's default, not as the record's.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(TaskSpec))]
[JsonSerializable(typeof(TaskResult))]
[JsonSerializable(typeof(TaskProgress))]
public sealed partial class TaskMessagesJson : JsonSerializerContext;
