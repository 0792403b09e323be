using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Gateway.Tests;

public sealed class MovingGrainsTests
{
    [Fact]
    public async Task What_meets_a_grain_that_moves_is_asked_again()
    {
        var faults = new Queue<Exception>([new SiloUnavailableException("gone"), new TimeoutException("late"), new InconsistentStateException("two")]);

        Assert.Equal(7, await new MovingGrains(TimeProvider.System).AskAsync(() => faults.TryDequeue(out var fault) ? Task.FromException<int>(fault) : Task.FromResult(7), CancellationToken.None));

        Assert.Empty(faults);
    }

    [Fact]
    public async Task What_fails_for_another_reason_is_asked_once()
    {
        var asked = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => new MovingGrains(TimeProvider.System).AskAsync<int>(
            () =>
            {
                asked++;
                throw new InvalidOperationException("no");
            },
            CancellationToken.None));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Who_does_not_come_back_is_not_asked_for_ever()
    {
        var clock = new LeapingClock();
        var asked = 0;
        await Assert.ThrowsAsync<SiloUnavailableException>(() => new MovingGrains(clock).AskAsync<int>(
            () =>
            {
                clock.Leap(MovingGrains.Patience / 2);
                asked++;
                throw new SiloUnavailableException("gone");
            },
            CancellationToken.None));
        Assert.Equal(2, asked);
    }

    /// <summary>The system's clock, and what it was put ahead.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _ahead;

        public void Leap(TimeSpan time) => _ahead += (long)(time.TotalSeconds * TimestampFrequency);

        public override long GetTimestamp() => base.GetTimestamp() + _ahead;
    }
}
