using System.Text.Json.Nodes;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Gateway.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace DataGrid.Gateway.Http;

/// <summary>The API's description, OpenAPI 3.1, written from the endpoints themselves: <c>/openapi/v1.json</c>.</summary>
internal static class ApiDescription
{
    private const string SchemeName = "key";

    public static IServiceCollection AddApiDescription(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(static json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = DataGridJson.Options.PropertyNamingPolicy;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict;
            foreach (var converter in DataGridJson.Options.Converters) json.SerializerOptions.Converters.Add(converter);
        });
        return services.AddOpenApi("v1", static options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer(static (document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "DataGrid",
                    Version = "v1",
                    Description = "Submit SQL pipelines, watch their runs, query what they made, and ask where every column comes from.",
                };
                document.Servers = [];
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                {
                    [SchemeName] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, dg_… Not needed where the server listens on loopback for one person." },
                };
                return Task.CompletedTask;
            });
            options.AddOperationTransformer(DescribeAsync);
            options.AddSchemaTransformer(static (schema, context, _) =>
            {
                // Ids are texts: their converters hide that.
                var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
                if (IsTextId(type)) schema.Type = JsonSchemaType.String;
                if (type == typeof(TimeSpan)) schema.Type = JsonSchemaType.String;
                return Task.CompletedTask;
            });
        });
    }

    public static void MapApiDescription(this IEndpointRouteBuilder routes) => routes.MapOpenApi().IsOpen();

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<NeedsRole>().FirstOrDefault() is { } needs)
        {
            operation.Description = $"Needs the role {System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(needs.Role.ToString())}.";
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SchemeName, context.Document)] = [] }];
        }
        operation.Parameters ??= [];
        if (metadata.OfType<MakesThings>().Any()) operation.Parameters.Add(Header(Idempotency.Header, "A repeated request with the same key and body gets the first one's answer."));
        operation.Parameters.Add(Header(AccessMiddleware.WorkspaceHeader, "The workspace; the one that the server serves when it is left out."));
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>()) Describe(parameter);
        if (operation.RequestBody?.Content is { } bodies) Describe(bodies, operation.OperationId);
        var document = context.Document!;
        // One schema for all: each operation would carry its own otherwise.
        if (document.Components?.Schemas?.ContainsKey(nameof(ProblemAnswer)) != true) document.AddComponent(nameof(ProblemAnswer), await context.GetOrCreateSchemaAsync(typeof(ProblemAnswer), null, cancellationToken));
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = $"A problem (RFC 9457). Codes: docs/ERRORS.md; for example {ErrorCodes.NameInvalid}, {ErrorCodes.Unauthenticated}, {ErrorCodes.Forbidden}, {ErrorCodes.RateLimited}.",
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemAnswer), document), Example = ApiExamples.Problem() } },
        };
    }

    private static void Describe(OpenApiParameter parameter)
    {
        if (parameter.In == ParameterLocation.Header || parameter.Name is null || !ApiExamples.Parameters.TryGetValue(parameter.Name, out var text)) return;
        parameter.Description = text.Description;
        parameter.Example = text.Example;
        if (text.Values is { } values && parameter.Schema is OpenApiSchema schema) schema.Enum = [.. values.Select(static value => (JsonNode)value)];
    }

    private static void Describe(IDictionary<string, OpenApiMediaType> bodies, string? operation)
    {
        foreach (var (type, body) in bodies)
        {
            if (type == "application/json") body.Example = ApiExamples.BodyOf(operation);
            else body.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        }
    }

    private static OpenApiParameter Header(string name, string description) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static bool IsTextId(Type type) => type.GetInterfaces().Any(static face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(ITextId<>));
}
