using DataGrid.Runtime;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>A handle of a durable reminder.</summary>
    public interface IGrainReminder
    {
        /// <summary>Its name, unique in its grain.</summary>
        string ReminderName { get; }
    }

    /// <summary>What a tick of a reminder knows.</summary>
    public readonly struct TickStatus
    {
        /// <summary>Combines the three.</summary>
        public TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
        {
            FirstTickTime = firstTickTime;
            Period = period;
            CurrentTickTime = timeStamp;
        }

        /// <summary>When the first tick was due, UTC.</summary>
        public DateTime FirstTickTime { get; }

        /// <summary>How often it ticks.</summary>
        public TimeSpan Period { get; }

        /// <summary>When this tick was sent, UTC.</summary>
        public DateTime CurrentTickTime { get; }

        /// <inheritdoc/>
        public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
    }
}

namespace Orleans
{
    /// <summary>A grain that can be reminded: for schedules of minutes and more, never for recovery.</summary>
    public interface IRemindable : IGrain
    {
        /// <summary>A reminder ticks.</summary>
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    /// <summary>A durable reminder.</summary>
    public sealed class ReminderEntry
    {
        /// <summary>Whose it is.</summary>
        public GrainId GrainId { get; set; }

        /// <summary>Its name, unique in its grain.</summary>
        public string ReminderName { get; set; } = string.Empty;

        /// <summary>When its first tick is due, UTC.</summary>
        public DateTime StartAt { get; set; }

        /// <summary>How often it ticks.</summary>
        public TimeSpan Period { get; set; }

        /// <summary>Its version.</summary>
        public string? ETag { get; set; }

        /// <inheritdoc/>
        public override string ToString() => $"<GrainId={GrainId} ReminderName={ReminderName} Period={Period}>";
    }

    /// <summary>Some reminders.</summary>
    public sealed class ReminderTableData
    {
        /// <summary>None.</summary>
        public ReminderTableData() => Reminders = [];

        /// <summary>These.</summary>
        public ReminderTableData(IEnumerable<ReminderEntry> list) => Reminders = [.. list];

        /// <summary>This one.</summary>
        public ReminderTableData(ReminderEntry entry) => Reminders = [entry];

        /// <summary>The reminders.</summary>
        public IList<ReminderEntry> Reminders { get; }
    }

    /// <summary>A store of reminders.</summary>
    public interface IReminderTable
    {
        /// <summary>The reminders of one grain.</summary>
        Task<ReminderTableData> ReadRows(GrainId grainId);

        /// <summary>The reminders of grains whose uniform hash is in (begin, end]; when begin is not below end the range wraps around, so that equal bounds mean all.</summary>
        Task<ReminderTableData> ReadRows(uint begin, uint end);

        /// <summary>One reminder, or null.</summary>
        Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName);

        /// <summary>Inserts or replaces a reminder, and returns its new version.</summary>
        Task<string?> UpsertRow(ReminderEntry entry);

        /// <summary>Removes a reminder if its version is <paramref name="eTag"/>, and says whether it did.</summary>
        Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

        /// <summary>Removes all reminders.</summary>
        Task TestOnlyClearTable();

        /// <summary>Makes the store ready.</summary>
        Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        /// <summary>Releases the store.</summary>
        Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    /// <summary>How a grain keeps its reminders.</summary>
    public static class GrainReminderExtensions
    {
        /// <summary>Creates or replaces a reminder.</summary>
        /// <param name="grain">The grain; it must be <see cref="IRemindable"/>.</param>
        /// <param name="reminderName">Its name, not blank.</param>
        /// <param name="dueTime">The wait before the first tick.</param>
        /// <param name="period">How often; at least a minute.</param>
        /// <exception cref="ArgumentException">The period is below the minimum.</exception>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period)
        {
            ArgumentNullException.ThrowIfNull(grain);
            ArgumentException.ThrowIfNullOrWhiteSpace(reminderName);
            if (grain is not IRemindable)
                throw new InvalidOperationException($"Grain {grain.GetGrainId()} is not {nameof(IRemindable)}: only such grains can have reminders.");
            return Service(grain).RegisterAsync(grain.GetGrainId(), reminderName, dueTime, period);
        }

        /// <summary>Removes a reminder.</summary>
        public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder)
        {
            ArgumentNullException.ThrowIfNull(grain);
            return Service(grain).UnregisterAsync(grain.GetGrainId(), reminder);
        }

        /// <summary>A reminder by its name, or null.</summary>
        public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName)
        {
            ArgumentNullException.ThrowIfNull(grain);
            ArgumentException.ThrowIfNullOrWhiteSpace(reminderName);
            return Service(grain).GetAsync(grain.GetGrainId(), reminderName);
        }

        /// <summary>All reminders of the grain.</summary>
        public static Task<List<IGrainReminder>> GetReminders(this Grain grain)
        {
            ArgumentNullException.ThrowIfNull(grain);
            return Service(grain).ListAsync(grain.GetGrainId());
        }

        private static ReminderService Service(Grain grain) => ((Activation)grain.GrainContext).Silo.Reminders;
    }
}
