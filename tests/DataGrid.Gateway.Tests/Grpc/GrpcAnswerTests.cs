using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Gateway.Grpc;

namespace DataGrid.Gateway.Tests.Grpc;

public sealed class GrpcAnswerTests
{
    [Theory]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("100% of \"x\"\n", "100%25 of \"x\"%0A")]
    [InlineData("größe", "gr%C3%B6%C3%9Fe")]
    public void Only_what_a_header_cannot_hold_is_escaped(string message, string escaped) => Assert.Equal(escaped, GrpcAnswer.Escape(message));

    [Theory]
    [InlineData("1H", 36_000_000_000L)]
    [InlineData("2M", 1_200_000_000L)]
    [InlineData("3S", 30_000_000L)]
    [InlineData("40m", 400_000L)]
    [InlineData("5u", 50L)]
    [InlineData("600n", 6L)]
    [InlineData("99999999H", 34_560_000_000_000L)]
    public void A_deadline_is_read_by_its_unit(string text, long ticks) => Assert.Equal(ticks, GrpcDeadline.Parse(text).Ticks);

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("1s")]
    [InlineData("123456789S")]
    [InlineData("1 S")]
    public void What_is_no_deadline_is_refused(string text) => Assert.Throws<DataGridException>(() => GrpcDeadline.Parse(text));

    [Fact]
    public void Enumerations_of_messages_are_those_of_the_API_with_one_for_none_before_them()
    {
        Same<RunStatus, Gateway.Grpc.V1.RunStatus>();
        Same<StepStatus, Gateway.Grpc.V1.StepStatus>();
        Same<DatasetKind, Gateway.Grpc.V1.DatasetKind>();
        Same<Gateway.Lineage.LineageDirection, Gateway.Grpc.V1.LineageDirection>();
        Assert.Equal([.. Enum.GetNames<CancelOutcome>().Where(static name => name != nameof(CancelOutcome.Unknown))], Enum.GetNames<Gateway.Grpc.V1.CancelOutcome>()[1..]);

        static void Same<T, TWire>() where T : struct, Enum where TWire : struct, Enum => Assert.Equal(Enum.GetNames<T>(), Enum.GetNames<TWire>()[1..]);
    }

    [Fact]
    public async Task Rows_that_are_cut_between_two_writes_are_sent_whole()
    {
        var sent = new List<Gateway.Grpc.V1.QueryResponse>();
        await using var stream = new MessageStream(message =>
        {
            sent.Add((Gateway.Grpc.V1.QueryResponse)message);
            return Task.CompletedTask;
        }, isRows: true, 1000);
        foreach (var piece in (string[])["{\"a\":1}\n{\"a\"", ":2}\n", "{\"a\":3}"])
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(piece), default);
            await stream.FlushAsync(default);
        }
        await stream.CompleteAsync();

        Assert.Equal(["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"], sent.SelectMany(static message => message.Rows.Json));
    }
}
