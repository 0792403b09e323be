using DataGrid.Gateway.Grpc.Wire;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Grpc;

/// <summary>Every service that the gateway has.</summary>
internal static class GrpcServices
{
    /// <summary>Their descriptors.</summary>
    public static IReadOnlyList<ServiceDescriptor> All { get; } =
    [
        V1.JobsReflection.Descriptor.Services[0], V1.DatasetsReflection.Descriptor.Services[0], V1.QueryReflection.Descriptor.Services[0], V1.LineageReflection.Descriptor.Services[0],
        HealthReflection.Descriptor.Services[0], ReflectionReflection.Descriptor.Services[0],
    ];

    /// <summary>Makes their endpoints.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        JobsMethods.Map(routes);
        DatasetsMethods.Map(routes);
        QueryMethods.Map(routes);
        LineageMethods.Map(routes);
        HealthMethods.Map(routes);
        ReflectionMethods.Map(routes);
    }
}
