using System.Reflection;
using DataGrid.Contracts.Errors;

namespace DataGrid.Core.Tests.Contracts;

public sealed class ErrorCodesTests
{
    private static IEnumerable<string> Constants =>
        typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static f => f.IsLiteral).Select(static f => (string)f.GetRawConstantValue()!);

    [Fact]
    public void Every_code_has_exactly_one_row() => Assert.Equal(Constants.Order(StringComparer.Ordinal), ErrorCodes.All.Select(static row => row.Code).Order(StringComparer.Ordinal));

    [Fact]
    public void A_code_is_its_constant_in_snake_case() =>
        Assert.Equal(
            [],
            typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static f => f.IsLiteral)
                .Where(static f => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(f.Name) != (string)f.GetRawConstantValue()!)
                .Select(static f => f.Name));

    [Fact]
    public void Exit_codes_are_the_five_that_the_command_promises() =>
        Assert.Equal([], ErrorCodes.All.Where(static row => row.ExitCode is not (1 or 2 or 3 or 130)).Select(static row => row.Code));

    [Fact]
    public void HTTP_and_gRPC_codes_say_failure() =>
        Assert.Equal([], ErrorCodes.All.Where(static row => row.HttpStatus is < 400 or > 599 || row.GrpcStatus is < 1 or > 16).Select(static row => row.Code));

    [Fact]
    public void Only_a_wrong_input_exits_with_2_and_only_the_environment_with_3()
    {
        Assert.All(ErrorCodes.All.Where(static row => row.ExitCode == 2), static row => Assert.Equal(ErrorDomain.User, row.Domain));
        Assert.All(ErrorCodes.All.Where(static row => row.ExitCode == 3), static row => Assert.Equal(ErrorDomain.External, row.Domain));
    }

    [Fact]
    public void A_code_of_a_newer_peer_counts_as_internal()
    {
        Assert.Equal(ErrorCodes.Internal, ErrorCodes.Find("from_the_future").Code);
        Assert.Equal(ErrorCodes.GraphCycle, new Problem { Code = ErrorCodes.GraphCycle, Message = "a" }.Kind.Code);
    }
}
