using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataGrid.Gateway.Tests.Access;

/// <summary>Tokens of an issuer that signs with keys of both kinds, and tokens that only look like its own.</summary>
public sealed class JwtTests : IAsyncLifetime
{
    private const string Audience = "datagrid-tests";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _stranger = RSA.Create(2048);
    private WebApplication? _issuer;
    private Bed _bed = new();
    private string _address = "";
    private int _asked;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _issuer = builder.Build();
        _issuer.Run(async http =>
        {
            Interlocked.Increment(ref _asked);
            await http.Response.WriteAsJsonAsync(http.Request.Path.Value == "/keys" ? Keys() : new { issuer = _address, jwks_uri = _address + "/keys" });
        });
        await _issuer.StartAsync();
        _address = _issuer.Urls.First();
        _bed = new Bed { Options = new GatewayOptions { Port = 0, NeedsKeys = true, Issuer = _address, Audience = Audience } };
        await _bed.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _bed.DisposeAsync();
        await _issuer!.DisposeAsync();
        _rsa.Dispose();
        _curve.Dispose();
        _stranger.Dispose();
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task A_token_of_the_issuer_opens_what_its_role_may(string algorithm)
    {
        var token = Token(algorithm, Claims());
        using var me = await AskAsync("/api/v1/me", token);
        var answer = await Bed.JsonAsync(me);
        Assert.Equal(("ann", "operator"), (answer.GetProperty("name").GetString(), answer.GetProperty("role").GetString()));
        using var keys = await AskAsync("/api/v1/keys", token);
        await Bed.ProblemAsync(keys, HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_token_that_is_not_for_us_or_not_of_the_issuer_opens_nothing()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var good = Token("RS256", Claims());
        var parts = good.Split('.');
        var secret = Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem());
        var wrong = new Dictionary<string, string>
        {
            ["no algorithm"] = $"{Part(new { alg = "none", kid = "rsa" })}.{parts[1]}.",
            ["no algorithm, some signature"] = $"{Part(new { alg = "none", kid = "rsa" })}.{parts[1]}.{parts[2]}",
            ["the public key as a secret"] = Signed(new { alg = "HS256", kid = "rsa" }, Claims(), data => HMACSHA256.HashData(secret, data)),
            ["a stranger's key under a known id"] = Signed(new { alg = "RS256", kid = "rsa" }, Claims(), data => _stranger.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            ["a stranger's key that it brings along"] = Signed(
                new { alg = "RS256", kid = "mine", jku = "http://127.0.0.1:1/keys", jwk = PublicKey("mine", _stranger) }, Claims(), data => _stranger.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            ["the other kind's algorithm"] = Signed(new { alg = "ES256", kid = "rsa" }, Claims(), data => _curve.SignData(data, HashAlgorithmName.SHA256)),
            ["no key id"] = Signed(new { alg = "RS256" }, Claims(), data => _rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            ["other claims"] = $"{parts[0]}.{Part(Claims(role: "admin"))}.{parts[2]}",
            ["another issuer"] = Token("RS256", Claims(issuer: "https://other.example.com")),
            ["another audience"] = Token("RS256", Claims(audience: "others")),
            ["ended"] = Token("RS256", Claims(end: now - 120)),
            ["not begun"] = Token("RS256", Claims(begin: now + 120)),
            ["no end"] = Token("RS256", new { iss = _address, aud = Audience, sub = "ann", datagrid_roles = "viewer" }),
            ["an end that is no number"] = Token("RS256", new { iss = _address, aud = Audience, sub = "ann", exp = "never", datagrid_roles = "viewer" }),
            ["nobody"] = Token("RS256", Claims(name: "")),
            ["claims that are no object"] = Token("RS256", new[] { 1 }),
            ["two parts"] = $"{parts[0]}.{parts[1]}",
            ["noise"] = "a.b.c",
        };
        foreach (var (why, token) in wrong)
        {
            using var response = await AskAsync("/api/v1/me", token);
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{why}: {response.StatusCode}");
        }
        using var still = await AskAsync("/api/v1/me", good);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Fact]
    public async Task A_token_without_a_role_here_finds_no_workspace()
    {
        foreach (var role in new[] { "elsewhere:admin", "king", "3", "" })
        {
            using var response = await AskAsync("/api/v1/me", Token("ES256", Claims(role: role)));
            await Bed.ProblemAsync(response, HttpStatusCode.NotFound, "workspace_unknown");
        }
        using var named = await AskAsync("/api/v1/me", Token("ES256", Claims(role: "default:editor")));
        Assert.Equal("editor", (await Bed.JsonAsync(named)).GetProperty("role").GetString());
    }

    [Fact]
    public async Task Tokens_with_invented_key_ids_do_not_make_us_ask_the_issuer_again_and_again()
    {
        for (var i = 0; i < 20; i++)
        {
            using var response = await AskAsync("/api/v1/me", Signed(new { alg = "RS256", kid = $"invented-{i}" }, Claims(), data => _stranger.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
        Assert.True(_asked <= 2, $"asked {_asked} times");
    }

    [Theory]
    [InlineData("http://idp.example.com", "aud")]
    [InlineData("ftp://127.0.0.1", "aud")]
    [InlineData("https://idp.example.com", " ")]
    public void An_issuer_that_cannot_be_trusted_is_refused_at_the_start(string issuer, string audience) =>
        Assert.NotEmpty(new GatewayOptions { NeedsKeys = true, Issuer = issuer, Audience = audience }.Validate());

    private object Claims(string? issuer = null, string? audience = null, string name = "ann", string role = "operator", long? end = null, long? begin = null)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return new { iss = issuer ?? _address, aud = new[] { audience ?? Audience }, sub = name, exp = end ?? now + 300, nbf = begin ?? now - 10, datagrid_roles = new[] { role } };
    }

    private string Token(string algorithm, object claims) => algorithm switch
    {
        "RS256" => Signed(new { alg = algorithm, kid = "rsa" }, claims, data => _rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
        "PS256" => Signed(new { alg = algorithm, kid = "rsa" }, claims, data => _rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
        _ => Signed(new { alg = algorithm, kid = "curve" }, claims, data => _curve.SignData(data, HashAlgorithmName.SHA256)),
    };

    private static string Signed(object header, object claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private object Keys()
    {
        var point = _curve.ExportParameters(false).Q;
        return new
        {
            keys = new object[]
            {
                PublicKey("rsa", _rsa),
                new { kty = "EC", crv = "P-256", kid = "curve", use = "sig", alg = "ES256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) },
                new { kty = "oct", kid = "secret", k = "AAAA" },
            },
        };
    }

    private static object PublicKey(string id, RSA key)
    {
        var parameters = key.ExportParameters(false);
        return new { kty = "RSA", kid = id, n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) };
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", new AuthenticationHeaderValue("Bearer", token).ToString());
        return await _bed.Http.SendAsync(request);
    }
}
