using DataGrid.Gateway.Access;
using DataGrid.Gateway.Grpc.Wire;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Grpc;

/// <summary><c>grpc.reflection.v1.ServerReflection</c>, and the same under its older name: what the server has, for clients that bring no .proto files.</summary>
internal static class ReflectionMethods
{
    private const string Method = "ServerReflectionInfo";
    private const string OlderAddress = "/grpc.reflection.v1alpha.ServerReflection/" + Method;
    private const int NotFound = 5;
    private const int InvalidArgument = 3;

    private static readonly Dictionary<string, FileDescriptor> Files = FilesOf(GrpcServices.All.Select(static service => service.File).Append(Rpc.ErrorDetailsReflection.Descriptor).Append(Rpc.StatusReflection.Descriptor));
    private static readonly Dictionary<string, FileDescriptor> Symbols = SymbolsOf(Files.Values);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var reflection = new GrpcRoutes(routes, ReflectionReflection.Descriptor.Services[0]);
        reflection.Duplex(Method, ServerReflectionRequest.Parser, Answer).IsOpen();
        reflection.Duplex(Method, ServerReflectionRequest.Parser, Answer, OlderAddress).IsOpen();
        reflection.Complete();
    }

    /// <summary>Answers one question.</summary>
    internal static ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var answer = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new ListServiceResponse { Service = { GrpcServices.All.Select(static service => new ServiceResponse { Name = service.FullName }) } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename when Files.TryGetValue(request.FileByFilename, out var file):
                answer.FileDescriptorResponse = Whole(file);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol when Symbols.TryGetValue(request.FileContainingSymbol.TrimStart('.'), out var holder):
                answer.FileDescriptorResponse = Whole(holder);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType when Symbols.ContainsKey(request.AllExtensionNumbersOfType):
                answer.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = request.AllExtensionNumbersOfType };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.None:
                answer.ErrorResponse = new ErrorResponse { ErrorCode = InvalidArgument, ErrorMessage = "the request asks nothing" };
                break;
            default:
                answer.ErrorResponse = new ErrorResponse { ErrorCode = NotFound, ErrorMessage = "there is nothing of that name" };
                break;
        }
        return answer;
    }

    /// <summary>A file and all that it imports, so that a client need not ask again.</summary>
    private static FileDescriptorResponse Whole(FileDescriptor file) => new() { FileDescriptorProto = { FilesOf([file]).Values.Select(static part => part.SerializedData) } };

    private static Dictionary<string, FileDescriptor> FilesOf(IEnumerable<FileDescriptor> roots)
    {
        var found = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        var waiting = new Stack<FileDescriptor>(roots);
        while (waiting.TryPop(out var file))
        {
            if (!found.TryAdd(file.Name, file)) continue;
            foreach (var import in file.Dependencies) waiting.Push(import);
        }
        return found;
    }

    private static Dictionary<string, FileDescriptor> SymbolsOf(IEnumerable<FileDescriptor> files)
    {
        var found = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var service in file.Services)
            {
                found[service.FullName] = file;
                foreach (var method in service.Methods) found[method.FullName] = file;
            }
            foreach (var type in file.MessageTypes) Add(type);
            foreach (var type in file.EnumTypes) found[type.FullName] = file;
        }
        return found;

        void Add(MessageDescriptor type)
        {
            found[type.FullName] = type.File;
            foreach (var field in type.Fields.InDeclarationOrder()) found[field.FullName] = type.File;
            foreach (var inner in type.NestedTypes) Add(inner);
            foreach (var inner in type.EnumTypes) found[inner.FullName] = type.File;
        }
    }
}
