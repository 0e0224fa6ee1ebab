"""How the tables are split."""

import penstock as dg

daily = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_date="2024-03-01")
weekly = dg.WeeklyPartitionsDefinition(start_date="2024-01-07", end_date="2024-03-03")
monthly = dg.MonthlyPartitionsDefinition(start_date="2024-01-01", end_date="2024-04-01")
regions = dg.StaticPartitionsDefinition(["eu", "us"])
uploads = dg.DynamicPartitionsDefinition(name="uploads")
daily_by_region = dg.MultiPartitionsDefinition({"date": daily, "region": regions})
