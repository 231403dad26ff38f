CREATE NONCLUSTERED INDEX [IX_Orders_User] ON [dbo].[Orders] ([UserId] ASC)
GO
CREATE NONCLUSTERED INDEX [IX_Orders_Day] ON [dbo].[Orders] ([Day] ASC)
GO
