using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DataGrid.Runtime.Clustering;
using Orleans.Runtime;

namespace DataGrid.Runtime.Transport;

/// <summary>
/// Mutual TLS from three files, read again when one of them changes. Whoever has a certificate of the authority is a silo: names are not
/// compared, because silos come and go under changing addresses and the authority signs nothing else.
/// </summary>
internal sealed class TlsLayer(ClusteringOptions options, TimeProvider time)
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private TlsFiles? _files;
    private long _looked;
    private (DateTime, DateTime, DateTime) _stamps;

    public static TlsLayer? Create(ClusteringOptions options, TimeProvider time) => options.CertificatePath is null ? null : new TlsLayer(options, time);

    public async Task<Stream> AsClientAsync(Stream inner, CancellationToken cancellationToken)
    {
        var files = Files();
        string? problem = null;
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        await AuthenticateAsync(
            stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "silo",
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ClientCertificateContext = SslStreamCertificateContext.Create(files.Certificate, files.Chain, offline: true),
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => (problem = Problem(files, certificate)) is null,
                },
                cancellationToken),
            () => problem);
        return stream;
    }

    public async Task<Stream> AsServerAsync(Stream inner, CancellationToken cancellationToken)
    {
        var files = Files();
        string? problem = null;
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        await AuthenticateAsync(
            stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ClientCertificateRequired = true,
                    ServerCertificateContext = SslStreamCertificateContext.Create(files.Certificate, files.Chain, offline: true),
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => (problem = Problem(files, certificate)) is null,
                },
                cancellationToken),
            () => problem);
        return stream;
    }

    /// <summary>The certificates, as the files are now.</summary>
    /// <exception cref="OrleansConfigurationException">A file is missing or unreadable, or the own certificate has expired or is not valid yet.</exception>
    public TlsFiles Files()
    {
        lock (_gate)
        {
            if (_files is null || time.GetElapsedTime(_looked) >= LookPeriod)
            {
                _looked = time.GetTimestamp();
                var stamps = (File.GetLastWriteTimeUtc(options.CertificatePath!), File.GetLastWriteTimeUtc(options.KeyPath!), File.GetLastWriteTimeUtc(options.AuthorityPath!));
                if (_files is null || stamps != _stamps)
                    (_files, _stamps) = (Read(), stamps);
            }

            if (Untimely(_files.Certificate) is { } problem)
                throw new OrleansConfigurationException($"The silo's own certificate {options.CertificatePath} {problem}: put a new one there, it is taken without a restart.");
            return _files;
        }
    }

    private static async Task AuthenticateAsync(Task handshake, Func<string?> problem)
    {
        try
        {
            await handshake;
        }
        catch (AuthenticationException error) when (problem() is { } reason)
        {
            throw new AuthenticationException(reason, error);
        }
    }

    private TlsFiles Read()
    {
        try
        {
            // Through PKCS #12: a key that lives in memory only is not taken by every platform's TLS.
            using var pem = X509Certificate2.CreateFromPemFile(options.CertificatePath!, options.KeyPath!);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.CertificatePath!);
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(options.AuthorityPath!);
            return authorities.Count > 0
                ? new TlsFiles(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), chain, authorities)
                : throw new CryptographicException($"{options.AuthorityPath} holds no certificate.");
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OrleansConfigurationException(
                $"TLS between silos needs a certificate ({options.CertificatePath}), its key ({options.KeyPath}) and the authority ({options.AuthorityPath}), as PEM files: {error.Message}", error);
        }
    }

    private string? Problem(TlsFiles files, X509Certificate? shown)
    {
        if (shown is not X509Certificate2 certificate)
            return "The other side showed no certificate: it is no silo of this cluster, or its certificate settings are missing.";
        if (Untimely(certificate) is { } untimely)
            return $"The other side's certificate {certificate.Subject} {untimely}: renew it there.";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(files.Authorities);
        chain.ChainPolicy.ExtraStore.AddRange(files.Chain);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTimeIgnored = true;
        return chain.Build(certificate)
            ? null
            : $"The other side's certificate {certificate.Subject} is not one of {options.AuthorityPath}: {string.Join(' ', chain.ChainStatus.Select(s => s.StatusInformation.Trim()))}";
    }

    private string? Untimely(X509Certificate2 certificate)
    {
        var now = time.GetUtcNow();
        return now > certificate.NotAfter ? string.Create(CultureInfo.InvariantCulture, $"expired at {certificate.NotAfter.ToUniversalTime():u}")
            : now < certificate.NotBefore ? string.Create(CultureInfo.InvariantCulture, $"is not valid before {certificate.NotBefore.ToUniversalTime():u}")
            : null;
    }
}
