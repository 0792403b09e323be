using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Silo.Owner;

namespace DataGrid.ClusterTests.Owner;

/// <summary>A command and the silos of its root: those that are gone, those that let nobody in, those that take a request and say nothing.</summary>
public sealed class OwnerClientTests : IDisposable
{
    private static readonly OwnerReply Known = new() { Record = null };
    private static readonly RunId Run = RunId.Parse("20260102-030405-00000001");
    private static readonly OwnerRequest Asking = new() { Command = OwnerCommand.GetRun, Run = Run };
    private static readonly OwnerRequest Restoring = new() { Command = OwnerCommand.Rollback, Dataset = DatasetName.Parse("a.b"), Version = 1 };

    /// <summary>Short, so that a test of silence is short; nothing here is as slow as a second when it answers at all.</summary>
    private static readonly OwnerClientOptions Limits = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(20), FirstAnswerTimeout = TimeSpan.FromSeconds(1), IdleTimeout = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(10),
    };

    private readonly string _root = Path.Combine(Path.GetTempPath(), "datagrid-tests", Guid.NewGuid().ToString("N"));
    private readonly List<Listener> _listeners = [];

    [Fact]
    public async Task Where_nobody_listens_there_is_no_answer_and_no_fault()
    {
        Assert.Null(await AskAsync(Asking));
        // A process that was killed leaves its socket behind.
        Listen("a", Answer).Leave();
        Assert.Null(await AskAsync(Asking));
    }

    [Fact]
    public async Task A_silo_that_says_nothing_is_passed_over_for_what_may_be_asked_again()
    {
        var silent = Listen("a", Silence);
        Listen("b", Answer);
        Listen("c", Answer);
        var client = new OwnerClient(_root, Limits, TimeProvider.System);

        Assert.NotNull(await client.AskAsync(Asking, CancellationToken.None));
        // Who answered last is asked first.
        var asked = silent.Requests;
        Assert.NotNull(await client.AskAsync(Asking, CancellationToken.None));
        Assert.Equal(asked, silent.Requests);
    }

    [Fact]
    public async Task When_all_are_silent_the_fault_says_so()
    {
        Listen("a", Silence);
        Listen("b", Silence);

        var fault = await Assert.ThrowsAsync<DataGridException>(() => AskAsync(Asking));

        Assert.Equal((ErrorCodes.StoreUnavailable, $"none of the 2 silos that run on {_root} answers"), (fault.Problem.Code, fault.Problem.Message));
    }

    [Fact]
    public async Task What_may_not_be_done_twice_is_given_to_one_silo_only()
    {
        // The order in which they are asked is none of this test's business.
        var both = new[] { Listen("a", Silence), Listen("b", Silence) };

        var fault = await Assert.ThrowsAsync<DataGridException>(() => AskAsync(Restoring));

        Assert.Contains("is not known", fault.Problem.Message, StringComparison.Ordinal);
        Assert.Contains("datagrid history a.b", fault.Problem.Help, StringComparison.Ordinal);
        Assert.Equal(1, both.Sum(static listener => listener.Requests));
        Assert.NotNull(await Assert.ThrowsAsync<DataGridException>(() => AskAsync(Asking)));
    }

    [Fact]
    public async Task Long_work_is_waited_for_as_long_as_there_are_signs_of_life()
    {
        Listen("a", async (stream, request) =>
        {
            // Longer in all than either limit, and never silent for as long.
            for (var sign = 0; sign < 12; sign++)
            {
                await Write(stream, "\n");
                await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(200)));
            }
            await Answer(stream, request);
        });

        Assert.NotNull(await AskAsync(Restoring));
    }

    [Fact]
    public async Task A_silo_that_begins_and_then_falls_silent_is_given_up()
    {
        var begins = Listen("a", async (stream, request) =>
        {
            await Write(stream, "\n");
            await Silence(stream, request);
        });
        Listen("b", Answer);

        Assert.NotNull(await AskAsync(Asking));

        begins.Leave();
    }

    [Fact]
    public async Task A_run_that_is_submitted_to_two_silos_has_one_id()
    {
        var seen = new System.Collections.Concurrent.ConcurrentBag<RunId?>();
        Listen("a", (stream, request) => NoteAsync(stream, request, Silence));
        Listen("b", (stream, request) => NoteAsync(stream, request, Silence));
        var rounds = 0;
        Listen("c", (stream, request) => NoteAsync(stream, request, (_, asked) => Interlocked.Increment(ref rounds) == 1
            ? Reply(stream, new OwnerReply { Submitted = new SubmitOutcome(null, [new Problem { Code = ErrorCodes.StoreUnavailable, Message = "moves" }]) })
            : Reply(stream, new OwnerReply { Submitted = new SubmitOutcome(asked.Request!.Run, []) })));

        var spec = new PipelineSpec { Id = PipelineId.Parse("p"), ProjectDirectory = _root, Fingerprint = "f", Steps = [], Sources = [] };
        var submitted = await new RemoteSilos(_root, Limits, TimeProvider.System).SubmitAsync(spec, new RunRequest { Fingerprint = "f", ProjectDirectory = _root });

        Assert.NotNull(submitted.Run);
        Assert.All(seen, run => Assert.Equal(submitted.Run, run));
        Assert.True(seen.Count >= 2, $"{seen.Count} were asked");

        Task NoteAsync(NetworkStream stream, OwnerRequest request, Func<NetworkStream, OwnerRequest, Task> then)
        {
            seen.Add(request.Request!.Run);
            return then(stream, request);
        }
    }

    [Fact]
    public void Limits_that_make_no_sense_are_named() =>
        Assert.Equal(5, new OwnerClientOptions { ConnectTimeout = default, FirstAnswerTimeout = default, IdleTimeout = default, Patience = default, Pause = default }.Validate().Count());

    public void Dispose()
    {
        foreach (var listener in _listeners) listener.Dispose();
    }

    private Task<OwnerReply?> AskAsync(OwnerRequest request) => new OwnerClient(_root, Limits, TimeProvider.System).AskAsync(request, CancellationToken.None);

    private Listener Listen(string silo, Func<NetworkStream, OwnerRequest, Task> answer)
    {
        var listener = new Listener(OwnerAddress.Of(_root, silo), answer);
        _listeners.Add(listener);
        return listener;
    }

    private static Task Silence(NetworkStream stream, OwnerRequest request) => stream.ReadExactlyAsync(new byte[1]).AsTask();

    private static Task Answer(NetworkStream stream, OwnerRequest request) => Reply(stream, Known);

    private static Task Reply(NetworkStream stream, OwnerReply reply) => Write(stream, JsonSerializer.Serialize(reply, DataGridJson.Options) + "\n");

    private static async Task Write(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>In the place of a silo.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly string _path;
        private int _requests;

        public Listener(string path, Func<NetworkStream, OwnerRequest, Task> answer)
        {
            _path = path;
            _socket.Bind(new UnixDomainSocketEndPoint(path));
            _socket.Listen(8);
            _ = AcceptAsync(answer);
        }

        public int Requests => Volatile.Read(ref _requests);

        /// <summary>Ends as a kill would end it: the socket's file stays.</summary>
        public void Leave() => _socket.Dispose();

        public void Dispose()
        {
            _socket.Dispose();
            File.Delete(_path);
        }

        private async Task AcceptAsync(Func<NetworkStream, OwnerRequest, Task> answer)
        {
            try
            {
                while (true)
                {
                    var client = await _socket.AcceptAsync();
                    _ = ServeAsync(new NetworkStream(client, ownsSocket: true), answer);
                }
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(NetworkStream stream, Func<NetworkStream, OwnerRequest, Task> answer)
        {
            try
            {
                await using (stream)
                {
                    var line = await new OwnerLines(stream).ReadAsync(CancellationToken.None);
                    Interlocked.Increment(ref _requests);
                    await answer(stream, JsonSerializer.Deserialize<OwnerRequest>(line!, DataGridJson.Options)!);
                }
            }
            catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException)
            {
                // The client has gone.
            }
        }
    }
}
