using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using DataGrid.Gateway.Access;

namespace DataGrid.Gateway.Tests.Access;

public sealed class RateTests : IAsyncLifetime
{
    private readonly Bed _bed = new() { Options = new GatewayOptions { Port = 0, NeedsKeys = true, RequestsPerSecond = 1, RequestBurst = 5 } };

    public Task InitializeAsync() => _bed.InitializeAsync();

    public Task DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_key_that_asks_too_often_is_told_to_wait_and_others_are_not()
    {
        var eager = await KeyAsync("eager");
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 50; i++) answers.Add(await AskAsync(eager));
        var refused = answers.First(static answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        await Bed.ProblemAsync(refused, HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal(HttpStatusCode.OK, answers[0].StatusCode);
        using var calm = await AskAsync(await KeyAsync("calm"));
        Assert.Equal(HttpStatusCode.OK, calm.StatusCode);
        answers.ForEach(static answer => answer.Dispose());
    }

    private async Task<HttpResponseMessage> AskAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        return await _bed.Http.SendAsync(request);
    }

    private async Task<string> KeyAsync(string name) => (await _bed.Silo.Gateway!.Service<KeyStore>().CreateAsync(
        name, ImmutableSortedDictionary<string, Role>.Empty.Add("default", Role.Viewer), [], null, "test", CancellationToken.None)).Text;
}
