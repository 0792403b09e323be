using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace DataGrid.Gateway.Access;

/// <summary>A public key of an issuer. Each kind of key verifies the algorithms of its own kind only, so that a public key is never taken for a secret.</summary>
internal sealed class JwtKey
{
    private const int LeastRsaBits = 2048;

    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _curve;
    private readonly string? _algorithm;

    private JwtKey(string id, RSAParameters? rsa, ECParameters? curve, string? algorithm) => (Id, _rsa, _curve, _algorithm) = (id, rsa, curve, algorithm);

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>Reads one of a key set; null for a kind that is not used here.</summary>
    public static JwtKey? Read(JsonElement entry)
    {
        if (Text(entry, "kid") is not { Length: > 0 } id || Text(entry, "use") is not (null or "sig")) return null;
        switch (Text(entry, "kty"))
        {
            case "RSA" when Bytes(entry, "n") is { } modulus && Bytes(entry, "e") is { } exponent && modulus.Length * 8 >= LeastRsaBits:
                return new JwtKey(id, new RSAParameters { Modulus = modulus, Exponent = exponent }, null, Text(entry, "alg"));
            case "EC" when Text(entry, "crv") == "P-256" && Bytes(entry, "x") is { Length: 32 } x && Bytes(entry, "y") is { Length: 32 } y:
                return new JwtKey(id, null, new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } }, Text(entry, "alg"));
            default:
                return null;
        }
    }

    /// <summary>Whether a signature is of this key, by an algorithm that is allowed and is of its kind.</summary>
    public bool Verifies(string algorithm, byte[] signed, byte[] signature)
    {
        if (_algorithm is not null && _algorithm != algorithm) return false;
        switch (algorithm)
        {
            case "RS256" or "PS256" when _rsa is { } parameters:
                using (var rsa = RSA.Create(parameters))
                    return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, algorithm == "RS256" ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss);
            case "ES256" when _curve is { } parameters:
                using (var curve = ECDsa.Create(parameters))
                    return curve.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            default:
                return false;
        }
    }

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement entry, string name) => Text(entry, name) is { } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
