using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DataGrid.FakeS3;

/// <summary>A request's signature of version 4, checked as S3 checks it: the request, and then each chunk and trailer of a streamed body.</summary>
public sealed class SignatureCheck
{
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(15);

    private readonly byte[] _key;
    private readonly string _date;
    private readonly string _scope;
    private string _previous;

    private SignatureCheck(byte[] key, string date, string scope, string signature) => (_key, _date, _scope, _previous) = (key, date, scope, signature);

    public static SignatureCheck Of(HttpRequest request, string accessKey, string secretKey, string region, DateTimeOffset now)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal)) throw new S3RefusedException(403, "AccessDenied");
        var parts = header["AWS4-HMAC-SHA256 ".Length..].Split(',', StringSplitOptions.TrimEntries).ToDictionary(static part => part.Split('=')[0], static part => part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        var credential = parts["Credential"].Split('/');
        if (credential[0] != accessKey) throw new S3RefusedException(403, "InvalidAccessKeyId");
        if (request.Headers["x-amz-security-token"] == "expired") throw new S3RefusedException(400, "ExpiredToken");
        if (credential[2] != region) throw new S3RefusedException(400, "AuthorizationHeaderMalformed");
        var date = request.Headers["x-amz-date"].ToString();
        var signedAt = DateTimeOffset.ParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if ((signedAt - now).Duration() > MostSkew) throw new S3RefusedException(403, "RequestTimeTooSkewed");

        var scope = string.Join('/', credential[1..]);
        var key = credential[1..].Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), static (key, text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        var canonical = Canonical(request, parts["SignedHeaders"]);
        var check = new SignatureCheck(key, date, scope, "");
        var signature = check.Sign($"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}");
        if (signature != parts["Signature"]) throw new S3RefusedException(403, "SignatureDoesNotMatch");
        check._previous = signature;
        return check;
    }

    public void CheckChunk(ReadOnlySpan<byte> chunk, string signature) =>
        CheckNext($"AWS4-HMAC-SHA256-PAYLOAD\n{_date}\n{_scope}\n{_previous}\n{Hash([])}\n{Hash(chunk)}", signature);

    public void CheckTrailer(string trailer, string signature) =>
        CheckNext($"AWS4-HMAC-SHA256-TRAILER\n{_date}\n{_scope}\n{_previous}\n{Hash(Encoding.UTF8.GetBytes(trailer))}", signature);

    public static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private void CheckNext(string text, string signature)
    {
        if (Sign(text) != signature) throw new S3RefusedException(403, "SignatureDoesNotMatch");
        _previous = signature;
    }

    private string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));

    private static string Canonical(HttpRequest request, string signedHeaders)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var split = target.IndexOf('?', StringComparison.Ordinal);
        var path = split < 0 ? target : target[..split];
        var query = split < 0 ? "" : target[(split + 1)..];
        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=', 2)).Select(static pair => (Name: Encoded(pair[0]), Value: pair.Length > 1 ? Encoded(pair[1]) : ""))
            .OrderBy(static pair => pair.Name, StringComparer.Ordinal).ThenBy(static pair => pair.Value, StringComparer.Ordinal);
        var headers = signedHeaders.Split(';').Select(name => $"{name}:{string.Join(',', request.Headers[name].Select(static value => value!.Trim()))}\n");
        return $"{request.Method}\n{string.Join('/', path.Split('/').Select(Encoded))}\n{string.Join('&', pairs.Select(static pair => $"{pair.Name}={pair.Value}"))}\n"
            + $"{string.Concat(headers)}\n{signedHeaders}\n{request.Headers["x-amz-content-sha256"]}";
    }

    private static string Encoded(string raw) => Uri.EscapeDataString(Uri.UnescapeDataString(raw));
}
