using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Support;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Storage;

/// <summary>What every store of the log must do.</summary>
public abstract class ChatLogSpecification
{
    private readonly FakeClock _clock = new();

    private protected abstract Task<Func<LogClock, ISqlDialect>> DialectAsync();

    [Fact]
    public async Task Append_ManyAtOnceInManyConversations_NumbersAreContiguous()
    {
        using var store = await StoreAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(i =>
            store.Log.AppendAsync(TestStore.Text($"U_{i % 7}", "V_2", $"text {i}")))).Guarded();

        Assert.All(answers, answer => Assert.Equal(AppendStatus.Stored, answer.Status));
        Assert.Equal(600, answers.Select(answer => answer.Id).Distinct().Count());
        foreach (var conversation in answers.GroupBy(answer => answer.ConversationId))
        {
            Assert.Equal(Enumerable.Range(1, conversation.Count()).Select(i => (long)i), conversation.Select(answer => answer.Seq).Order());
        }

        var first = await store.Log.FindAsync(ConversationKey.Between("V_2", "U_0"));
        var rows = (await store.Log.ReadAfterAsync(first!.Id, 0, 1000, 1 << 20)).Messages;
        Assert.Equal(first.LastSeq, rows.Count);
        Assert.Equal("text 0", rows[0].Content);
    }

    [Fact]
    public async Task Append_TwoProcessesOnOneDatabase_NumbersAreContiguous()
    {
        var dialect = await DialectAsync();
        using var one = new TestStore(dialect, _clock);
        using var other = new TestStore(dialect, _clock);

        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i =>
            (i % 2 == 0 ? one : other).Log.AppendAsync(TestStore.Text($"U_{i % 5}", $"V_{i % 3}", "x", $"key{i / 4}-{i % 2}")))).Guarded();

        Assert.All(answers, answer => Assert.NotEqual(AppendStatus.Unavailable, answer.Status));
        foreach (var conversation in answers.Where(answer => answer.Status == AppendStatus.Stored).GroupBy(answer => answer.ConversationId))
        {
            Assert.Equal(Enumerable.Range(1, conversation.Count()).Select(i => (long)i), conversation.Select(answer => answer.Seq).Order());
        }
    }

    [Fact]
    public async Task Append_SameKeyAndContent_GetsTheFirstAnswer()
    {
        using var store = await StoreAsync();

        var both = await Task.WhenAll(
            store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "hello", "m:1")),
            store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "hello", "m:1"))).Guarded();
        var later = await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "hello", "m:1")).Guarded();

        Assert.Single(both, answer => answer.Status == AppendStatus.Stored);
        Assert.Equal(AppendStatus.Repeated, later.Status);
        Assert.Equal(both[0] with { Status = AppendStatus.Repeated }, later);
        Assert.Equal(both[1] with { Status = AppendStatus.Repeated }, later);
        Assert.Single((await store.Log.ReadAfterAsync(later.ConversationId, 0, 10, 1 << 20)).Messages);
    }

    [Fact]
    public async Task Read_LongMessages_PagesEndAtTheirBytes()
    {
        using var store = await StoreAsync();
        long conversation = 0;
        foreach (var text in new[] { new string('a', 600), new string('b', 400), new string('界', 400), "d", "e" })
        {
            conversation = (await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", text)).Guarded()).ConversationId;
        }

        Assert.Equal(("1 2", true), Summary(await store.Log.ReadAfterAsync(conversation, 0, 10, 1000)));
        Assert.Equal(("3", true), Summary(await store.Log.ReadAfterAsync(conversation, 2, 10, 1000)));
        Assert.Equal(("4 5", false), Summary(await store.Log.ReadAfterAsync(conversation, 3, 2, 1000)));
        Assert.Equal(("4 5", true), Summary(await store.Log.ReadBeforeAsync(conversation, 6, 10, 1000)));
        Assert.Equal(("3", true), Summary(await store.Log.ReadBeforeAsync(conversation, 4, 10, 1000)));
        Assert.Equal(("1 2", false), Summary(await store.Log.ReadBeforeAsync(conversation, 3, 2, 1000)));
        Assert.Equal(("", false), Summary(await store.Log.ReadAfterAsync(conversation, 5, 2, 1000)));

        static (string Seqs, bool More) Summary(MessagePage page) => (string.Join(' ', page.Messages.Select(message => message.Seq)), page.More);
    }

    [Fact]
    public async Task Append_SameKeyOtherContent_IsAConflictAndLeavesNoHole()
    {
        using var store = await StoreAsync();

        var first = await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "hello", "m:1")).Guarded();
        var conflict = await store.Log.AppendAsync(TestStore.Text("U_1", "V_3", "other", "m:1")).Guarded();
        var ofAnother = await store.Log.AppendAsync(TestStore.Text("U_9", "V_2", "other", "m:1")).Guarded();
        var next = await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "next")).Guarded();

        Assert.Equal(AppendStatus.Conflict, conflict.Status);
        Assert.Equal(AppendStatus.Stored, ofAnother.Status);
        Assert.Equal(first.Seq + 1, next.Seq);
    }

    [Fact]
    public async Task Append_HardText_ComesBackAsItWas()
    {
        using var store = await StoreAsync();
        var text = "<script>alert('x')</script> & \"q\" \u202e\u200b 😀 张三 ' -- \\ " + new string('é', 100_000);

        var answer = await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", text)).Guarded();

        Assert.Equal(text, (await store.Log.ReadAsync(answer.ConversationId, answer.Seq))!.Content);
    }

    [Fact]
    public async Task Append_Committed_IsToldInOrderBeforeTheAnswer()
    {
        using var store = await StoreAsync();
        var told = new List<long>();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ =>
            store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "x"), (_, result) => told.Add(result.Seq)))).Guarded();

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), told);
    }

    [Fact]
    public async Task Unread_OfRecalledAndForgottenMessages_IsNothing()
    {
        using var store = await StoreAsync();
        await AppendAsync(store, "U_1", 5);
        var conversation = (await store.Log.FindAsync(ConversationKey.Between("U_1", "V_2")))!.Id;

        Assert.True(await store.Log.RecallAsync(conversation, 2, fromA: true, 0).Guarded());
        Assert.True(await store.Log.RecallAsync(conversation, 4, fromA: true, 0).Guarded());
        Assert.False(await store.Log.RecallAsync(conversation, 4, fromA: true, 0).Guarded());
        Assert.Equal((3, 0), await UnreadAsync(store));
        Assert.Equal(1, (await store.Log.MarkReadAsync(conversation, memberA: false, 3).Guarded())!.UnreadBy("V_2"));
        Assert.True(await store.Log.RecallAsync(conversation, 5, fromA: true, 0).Guarded());
        Assert.Equal((0, 0), await UnreadAsync(store));

        // What is recalled after it was read, or by the one who counts, changes nothing.
        Assert.True(await store.Log.RecallAsync(conversation, 1, fromA: true, 0).Guarded());
        Assert.Equal((0, 0), await UnreadAsync(store));
        _clock.Advance(TimeSpan.FromHours(1));
        var kept = store.Log.Clock.NowMs;
        await AppendAsync(store, "U_1", 2);
        Assert.True(await store.Log.RecallAsync(conversation, 6, fromA: true, 0).Guarded());
        await ForgetAsync(store, kept);
        Assert.Equal((1, 0), await UnreadAsync(store));
        _clock.Advance(TimeSpan.FromHours(1));
        await ForgetAsync(store, store.Log.Clock.NowMs);
        Assert.Equal((0, 0), await UnreadAsync(store));
        await AppendAsync(store, "U_1", 1);
        Assert.Equal((1, 0), await UnreadAsync(store));
    }

    [Fact]
    public async Task Append_BySomebodyWhoHasNotSeenAll_LeavesItUnreadAndCountsNothingOfHis()
    {
        using var store = await StoreAsync();
        await AppendAsync(store, "U_1", 3);

        await AppendAsync(store, "V_2", 2, seen: 0);
        Assert.Equal((3, 2), await UnreadAsync(store));
        await AppendAsync(store, "V_2", 1, seen: 2);
        Assert.Equal((3, 3), await UnreadAsync(store));
        await AppendAsync(store, "U_1", 1, seen: 6);
        Assert.Equal((4, 0), await UnreadAsync(store));
        var conversation = (await store.Log.FindAsync(ConversationKey.Between("U_1", "V_2")))!;
        Assert.Equal((0, 7), (conversation.ReadByB, conversation.ReadByA));
        Assert.Equal(2, (await store.Log.MarkReadAsync(conversation.Id, memberA: false, 2).Guarded())!.UnreadBy("V_2"));
        Assert.Equal(1, (await store.Log.MarkReadAsync(conversation.Id, memberA: false, 5).Guarded())!.UnreadBy("V_2"));
        await AppendAsync(store, "V_2", 1);
        Assert.Equal((0, 1), await UnreadAsync(store));
    }

    [Fact]
    public async Task Unread_AfterWhateverHappened_IsWhatCountingTheMessagesGives()
    {
        using var store = await StoreAsync();
        var random = new Random(20261130);
        await AppendAsync(store, "U_1", 1);
        var id = (await store.Log.FindAsync(ConversationKey.Between("U_1", "V_2")))!.Id;
        for (var i = 0; i < 250; i++)
        {
            var last = (await store.Log.FindAsync(id))!.LastSeq;
            var (seq, ofA) = (random.NextInt64(1, last + 1), random.Next(2) == 0);
            switch (random.Next(10))
            {
                case < 5:
                    // Several at once share a transaction.
                    long? seen = random.Next(3) switch { 0 => null, 1 => last, _ => seq };
                    await Task.WhenAll(AppendAsync(store, ofA ? "U_1" : "V_2", random.Next(1, 3), seen), AppendAsync(store, ofA ? "V_2" : "U_1", random.Next(2))).Guarded();
                    break;
                case < 7:
                    await store.Log.RecallAsync(id, seq, ofA, 0).Guarded();
                    break;
                case < 9:
                    await store.Log.MarkReadAsync(id, ofA, seq).Guarded();
                    break;
                default:
                    _clock.Advance(TimeSpan.FromSeconds(1));
                    await ForgetAsync(store, store.Log.Clock.NowMs - random.Next(0, 5000));
                    break;
            }

            using var connection = store.Dialect.Open();
            var counted = connection.QuerySingle<(long OfB, long OfA)>(
                """
                SELECT COALESCE(SUM(CASE WHEN m.from_a = 1 AND m.seq > c.b_read THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN m.from_a = 0 AND m.seq > c.a_read THEN 1 ELSE 0 END), 0)
                FROM conversations c JOIN messages m ON m.conversation_id = c.id WHERE m.seq >= c.kept_from AND m.recalled_at_ms IS NULL
                """);
            Assert.Equal((i, counted), (i, await UnreadAsync(store)));
        }
    }

    [Fact]
    public async Task Setup_LogOfAnEarlierVersion_CountsWhatIsUnread()
    {
        var dialect = await DialectAsync();
        using (var store = new TestStore(dialect, _clock))
        {
            await AppendAsync(store, "U_1", 3);
            await AppendAsync(store, "V_2", 1, seen: 0);
            using var connection = store.Dialect.OpenForWriting();
            var counts = store.Dialect.Migrations.ToList().FindIndex(step => step.First == UnreadCounts.AddColumns);
            connection.Execute(
                $"""
                UPDATE messages SET recalled_at_ms = 1 WHERE seq = 2;
                ALTER TABLE conversations DROP COLUMN a_skip; ALTER TABLE conversations DROP COLUMN b_skip; DELETE FROM portico_schema WHERE version > {counts}
                """);
        }

        using var again = new TestStore(dialect, _clock);

        Assert.Equal((2, 1), await UnreadAsync(again));
    }

    private static async Task AppendAsync(TestStore store, string from, int count, long? seen = null)
    {
        for (var i = 0; i < count; i++)
        {
            var request = TestStore.Text(from, from == "U_1" ? "V_2" : "U_1", "x") with { Seen = seen };
            Assert.Equal(AppendStatus.Stored, (await store.Log.AppendAsync(request).Guarded()).Status);
        }
    }

    private async Task ForgetAsync(TestStore store, long before)
    {
        using var erased = new ErasedText(store.Dialect, _clock, NullLogger<ErasedText>.Instance);
        await new Retention(store.Dialect, store.Log, erased).ForgetAsync(before, null, _ => Task.CompletedTask).Guarded();
    }

    // Of the merchant and of the buyer, each over all conversations and of this one.
    private static async Task<(long OfB, long OfA)> UnreadAsync(TestStore store)
    {
        var row = (await store.Log.FindAsync(ConversationKey.Between("U_1", "V_2")))!;
        Assert.Equal(row.UnreadBy("V_2"), await store.Log.UnreadAsync(ConversationKey.Shop, "V_2"));
        Assert.Equal(row.UnreadBy("U_1"), await store.Log.UnreadAsync(ConversationKey.Shop, "U_1"));
        return (row.UnreadBy("V_2"), row.UnreadBy("U_1"));
    }

    [Fact]
    public async Task MarkRead_ForwardBackAndTooFar_TheCursorOnlyAdvances()
    {
        using var store = await StoreAsync();
        var key = ConversationKey.Between("U_1", "V_2");
        for (var i = 0; i < 3; i++)
        {
            await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "x")).Guarded();
        }

        var fresh = (await store.Log.FindAsync(key))!;
        var two = await store.Log.MarkReadAsync(fresh.Id, memberA: false, 2).Guarded();
        var back = await store.Log.MarkReadAsync(fresh.Id, memberA: false, 1).Guarded();
        var far = await store.Log.MarkReadAsync(fresh.Id, memberA: false, 99).Guarded();

        Assert.Equal(3, fresh.UnreadBy("V_2"));
        Assert.Equal(0, fresh.UnreadBy("U_1"));
        Assert.Equal(1, two!.UnreadBy("V_2"));
        Assert.Equal(2, back!.ReadBy("V_2"));
        Assert.Equal(3, far!.ReadBy("V_2"));
        Assert.Equal(0, await store.Log.UnreadAsync(ConversationKey.Shop, "V_2"));
    }

    [Fact]
    public async Task Recall_InTime_EmptiesOnceAndOnlyOnesOwn()
    {
        using var store = await StoreAsync();
        var sent = await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "oops")).Guarded();

        Assert.False(await store.Log.RecallAsync(sent.ConversationId, sent.Seq, fromA: false, 0).Guarded());
        Assert.False(await store.Log.RecallAsync(sent.ConversationId, sent.Seq, fromA: true, sent.SentAtMs + 1).Guarded());
        Assert.True(await store.Log.RecallAsync(sent.ConversationId, sent.Seq, fromA: true, sent.SentAtMs).Guarded());
        Assert.False(await store.Log.RecallAsync(sent.ConversationId, sent.Seq, fromA: true, sent.SentAtMs).Guarded());

        var row = await store.Log.ReadAsync(sent.ConversationId, sent.Seq);
        Assert.Equal("", row!.Content);
        Assert.NotNull(row.RecalledAtMs);
    }

    [Fact]
    public async Task ShopView_OldSql_ReadsOldColumns()
    {
        using var store = await StoreAsync();
        await store.Log.AppendAsync(TestStore.Text("U_17", "V_2", "<b>\"it's\" & more</b>") with { ReceiverOnline = true }).Guarded();
        await store.Log.AppendAsync(TestStore.Text("U_17", "V_2", "") with { Type = 2, Content = """{"id":5,"title":"a<b"}""" }).Guarded();
        await store.Log.AppendAsync(TestStore.Text("V_2", "U_17", "answer")).Guarded();
        await store.Log.AppendAsync(TestStore.Text("U_x", "V_2", "not a numbered buyer")).Guarded();
        await store.Log.AppendAsync(TestStore.Text("U_007", "V_2", "neither")).Guarded();

        using var connection = store.Dialect.Open();
        var rows = connection.Query(
            "SELECT id, user_id, merchant_id, send_message, send_message_type, sender, send_time, read_status, acc_isonline FROM hp_chat_log WHERE user_id=@user AND merchant_id=@merchant ORDER BY send_time, id",
            new { user = 17, merchant = "V_2" }).Select(row => (IDictionary<string, object>)row).ToList();
        var unread = connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log WHERE merchant_id='V_2' AND sender=2 AND read_status=0");

        Assert.Equal(3, rows.Count);
        Assert.Equal("&lt;b&gt;&quot;it&#039;s&quot; &amp; more&lt;/b&gt;", rows[0]["send_message"]);
        Assert.Equal("""{"id":5,"title":"a<b"}""", rows[1]["send_message"]);
        Assert.Equal([17L, 17L, 17L], rows.Select(row => Convert.ToInt64(row["user_id"])));
        Assert.Equal([1, 1, 2], rows.Select(row => Convert.ToInt32(row["sender"])));
        Assert.Equal([1, 2, 1], rows.Select(row => Convert.ToInt32(row["send_message_type"])));
        Assert.Equal([1, 1, 0], rows.Select(row => Convert.ToInt32(row["read_status"])));
        Assert.Equal([1, 0, 0], rows.Select(row => Convert.ToInt32(row["acc_isonline"])));
        Assert.Equal(_clock.GetUtcNow().ToUnixTimeSeconds(), Convert.ToInt64(rows[0]["send_time"]));
        Assert.Equal(3, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log"));
        Assert.Equal(1, unread);
    }

    // Nested replace() of MariaDB took 85 s for a quarter of these quotes.
    [Theory]
    [InlineData("\"")]
    [InlineData("'&<>\"")]
    [InlineData("ab'")]
    public async Task ShopView_LongTextOfQuotes_IsReadInLinearTime(string piece)
    {
        using var store = await StoreAsync();
        var text = string.Concat(Enumerable.Repeat(piece, 1_048_576 / piece.Length));
        await store.Log.AppendAsync(TestStore.Text("U_17", "V_2", text)).Guarded();

        using var connection = store.Dialect.Open();
        var shown = connection.ExecuteScalar<string>("SELECT send_message FROM hp_chat_log WHERE user_id = 17", commandTimeout: 10);
        var found = connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log WHERE send_message LIKE '%iPhone%'", commandTimeout: 10);

        Assert.Equal(HtmlText.Escape(text), shown);
        Assert.Equal(0, found);
        Assert.Equal(text, (await store.Log.ReadAsync(1, 1))!.Content);
    }

    [Fact]
    public async Task Setup_LogOfAnEarlierVersion_StoresLongTextsEscapedOnceAndForAll()
    {
        var dialect = await DialectAsync();
        var texts = new[] { new string('"', 200), new string('"', 300), new string('a', 300), new string('é', 200) + "<", new string('\'', 100_000) };
        using (var store = new TestStore(dialect, _clock))
        {
            foreach (var text in texts)
            {
                await store.Log.AppendAsync(TestStore.Text("U_17", "V_2", text)).Guarded();
            }

            using var connection = store.Dialect.OpenForWriting();
            var escapes = store.Dialect.Migrations.ToList().FindIndex(step => step.First == LongTexts.Escape);
            connection.Execute($"UPDATE messages SET html = NULL; DELETE FROM portico_schema WHERE version > {escapes}");
        }

        using var again = new TestStore(dialect, _clock);

        using var check = again.Dialect.Open();
        Assert.Equal(texts.Select(text => text.Length > 256 ? (text.Contains('a') ? null : HtmlText.Escape(text)) : null), check.Query<string?>("SELECT html FROM messages ORDER BY seq"));
        Assert.Equal(texts.Select(HtmlText.Escape), check.Query<string>("SELECT send_message FROM hp_chat_log ORDER BY id", commandTimeout: 10));
    }

    [Fact]
    public async Task ReadMissing_OfSeveralConversations_IsBoundedInMessagesAndBytesForAllTogether()
    {
        using var store = await StoreAsync();
        var rows = new List<ConversationRow>();
        foreach (var buyer in Enumerable.Range(1, 4))
        {
            for (var i = 1; i <= 5; i++)
            {
                await store.Log.AppendAsync(TestStore.Text($"U_{buyer}", "V_2", new string('x', 100))).Guarded();
            }

            rows.Add((await store.Log.FindAsync(ConversationKey.Between($"U_{buyer}", "V_2")))!);
        }

        Assert.Equal("4 5;1 2 more;;4 5", Summary(await Read([3, 0, 5, 3], 2, 1 << 20)));
        Assert.Equal("4 5;1 2 3 4 5;;", Summary(await Read([3, 0, 99, long.MaxValue], 10, 1 << 20)));
        // A message without room ends its page; while there is any room, a page has one; who comes later is told that there is more.
        Assert.Equal("1 2 3 more;1 more;more;more", Summary(await Read([0, 0, 0, 3], 10, 350)));
        Assert.Equal("1 2 more;more;more;more", Summary(await Read([0, 0, 0, 3], 10, 200)));

        Task<Dictionary<long, MessagePage>> Read(long[] after, int limit, long bytes) => store.Log.ReadMissingAsync(rows.Zip(after), limit, bytes);

        string Summary(Dictionary<long, MessagePage> pages) => string.Join(';', rows.Select(row =>
            (string.Join(' ', pages[row.Id].Messages.Select(message => message.Seq)) + (pages[row.Id].More ? " more" : "")).Trim()));
    }

    [Fact]
    public async Task ServiceView_OldSql_ReadsOldColumns()
    {
        using var store = await StoreAsync();
        var question = new AppendRequest { Conversation = ConversationKey.OfVisitor("oX1"), FromA = true, Sender = "oX1", Type = 1, Content = "<hi>" };
        await store.Log.AppendAsync(question).Guarded();
        await store.Log.AppendAsync(question with { FromA = false, Sender = "agent", Content = "yes?" }).Guarded();

        using var connection = store.Dialect.Open();
        var rows = connection.Query("SELECT id, msg, openid, type, isread, creat_time FROM chat WHERE openid=@openid ORDER BY id", new { openid = "oX1" })
            .Select(row => (IDictionary<string, object>)row).ToList();

        Assert.Equal(["<hi>", "yes?"], rows.Select(row => row["msg"]));
        Assert.Equal([2, 1], rows.Select(row => Convert.ToInt32(row["type"])));
        Assert.Equal([1, 0], rows.Select(row => Convert.ToInt32(row["isread"])));
        Assert.Equal("2026-01-02 03:04:05", rows[0]["creat_time"]);
    }

    [Fact]
    public async Task List_OfAMember_LatestFirst()
    {
        using var store = await StoreAsync();
        await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "x")).Guarded();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await store.Log.AppendAsync(TestStore.Text("V_2", "U_3", "x")).Guarded();

        var list = await store.Log.ListAsync(ConversationKey.Shop, "V_2", 10, 0);

        Assert.Equal(["U_3", "U_1"], list.Select(row => row.Other("V_2")));
        Assert.Equal(1, await store.Log.UnreadAsync(ConversationKey.Shop, "V_2"));
    }

    [Fact]
    public async Task Products_PutTwice_TheLastCounts()
    {
        using var store = await StoreAsync();
        await store.Products.PutAsync(new ProductRow { Id = 7, MerchantUid = "V_2", Title = "old", Image = "i", Url = "u" }).Guarded();
        await store.Products.PutAsync(new ProductRow { Id = 7, MerchantUid = "E_4", Title = "new", Image = "i", Url = "u", Price = "9.90", Fields = """{"stock":3}""" }).Guarded();

        var product = await store.Products.FindAsync(7);

        Assert.Equal(("E_4", "new", "9.90", """{"stock":3}"""), (product!.MerchantUid, product.Title, product.Price, product.Fields));
        Assert.False(await store.Products.IsMerchantAsync("V_2"));
        Assert.True(await store.Products.IsMerchantAsync("E_4"));
    }

    [Fact]
    public async Task Setup_RunAgainAndWithATableInTheWay_KeepsEverything()
    {
        var dialect = await DialectAsync();
        using (var store = new TestStore(dialect, _clock))
        {
            await store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "kept")).Guarded();
            using var connection = store.Dialect.Open();
            connection.Execute("DROP VIEW hp_chat_log; CREATE TABLE hp_chat_log (id INTEGER PRIMARY KEY); INSERT INTO hp_chat_log VALUES (41)");
        }

        using var again = new TestStore(dialect, _clock);

        using var check = again.Dialect.Open();
        Assert.Equal(41, check.ExecuteScalar<long>("SELECT id FROM hp_chat_log"));
        Assert.NotNull(await again.Log.FindAsync(ConversationKey.Between("U_1", "V_2")));
    }

    [Fact]
    public async Task Write_OneJobIsRefusedByTheDatabase_TheOthersAreStored()
    {
        using var store = await StoreAsync();

        var jobs = Enumerable.Range(0, 20).Select(i => store.Log.AppendAsync(TestStore.Text("U_1", "V_2", $"{i}"))).ToList();
        var poison = store.Log.WriteAsync((connection, transaction) => connection.Execute("INSERT INTO nowhere VALUES (1)", transaction: transaction));

        Assert.All(await Task.WhenAll(jobs).Guarded(), answer => Assert.Equal(AppendStatus.Stored, answer.Status));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => poison.Guarded());
    }

    private async Task<TestStore> StoreAsync() => new(await DialectAsync(), _clock);
}
