using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Tests.Clustering;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Transport;

/// <summary>Silos that show each other certificates.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("datagrid-tls-").FullName;
    private readonly X509Certificate2 _authority = Authority("The authority");

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Silos_with_certificates_of_one_authority_talk()
    {
        Write("silo", _authority, DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(130));
        await using var cluster = await SiloCluster.StartAsync(2, Configure("silo"));
        Assert.Equal("silo-1", (await cluster[0].Grains.GetGrain<IPlaceGrain>(CallTests.KeyOn(cluster, 1)).Where().WaitAsync(SiloCluster.Patience)).Silo);
    }

    [Fact]
    public async Task A_silo_with_a_certificate_of_another_authority_is_not_let_in()
    {
        Write("silo", _authority, DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(130));
        using var other = Authority("Another authority");
        Write("foreign", other, DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(130));
        await using var cluster = await SiloCluster.StartAsync(1, Configure("silo"));
        await cluster.AddAsync(Configure("foreign"));
        await cluster.AgreeAsync();
        _ = cluster[0].Grains.GetGrain<IPlaceGrain>(CallTests.KeyOn(cluster, 1)).Where();
        await SiloCluster.Until(() => cluster[0].Logs.Lines.Any(line => line.Contains("is not one of", StringComparison.Ordinal)));
        Assert.Empty(cluster.Probe.Events);
    }

    [Fact]
    public async Task A_silo_without_a_certificate_is_not_let_in()
    {
        Write("silo", _authority, DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(130));
        await using var cluster = await SiloCluster.StartAsync(1, Configure("silo"));
        var plain = await cluster.AddAsync();
        await cluster.AgreeAsync();
        _ = plain.Grains.GetGrain<IPlaceGrain>(CallTests.KeyOn(cluster, 0)).Where();
        await SiloCluster.Until(() => plain.Logs.Lines.Any(line => line.Contains("cannot be reached", StringComparison.Ordinal)));
        Assert.Empty(cluster.Probe.Events);
    }

    [Fact]
    public async Task An_expired_certificate_is_named_with_its_end()
    {
        Write("old", _authority, DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(50));
        await using var cluster = await SiloCluster.StartAsync(0);
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => cluster.AddAsync(Configure("old")));
        Assert.Contains("expired at 2020-01-01", error.Message, StringComparison.Ordinal);
        Assert.Contains("old.pem", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        await using var cluster = await SiloCluster.StartAsync(0);
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => cluster.AddAsync(Configure("missing")));
        Assert.Contains("missing.pem", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_change_are_taken_without_a_restart()
    {
        Write("silo", _authority, DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(130));
        var time = new ManualTime();
        var options = new ClusteringOptions();
        Configure("silo")(options);
        var layer = Runtime.Transport.TlsLayer.Create(options, time)!;
        var before = layer.Files().Certificate.SerialNumber;
        Write("silo", _authority, DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(130));
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "silo.pem"), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(before, layer.Files().Certificate.SerialNumber);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEqual(before, layer.Files().Certificate.SerialNumber);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(30), DateTimeOffset.UnixEpoch.AddYears(135));
    }

    private Action<ClusteringOptions> Configure(string name) => options =>
    {
        options.CertificatePath = Path.Combine(_folder, name + ".pem");
        options.KeyPath = Path.Combine(_folder, name + ".key");
        options.AuthorityPath = Path.Combine(_folder, name + ".authority.pem");
    };

    private void Write(string name, X509Certificate2 authority, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(12));
        File.WriteAllText(Path.Combine(_folder, name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, name + ".authority.pem"), authority.ExportCertificatePem());
    }
}
